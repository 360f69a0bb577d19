"""The one thread in which patches are planned while a run goes on."""
