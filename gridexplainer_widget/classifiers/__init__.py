"""Any model → one classifier."""
