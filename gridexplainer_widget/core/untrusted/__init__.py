"""Files that strangers wrote: bounded before anything is believed."""
