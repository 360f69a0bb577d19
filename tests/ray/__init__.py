"""What needs Ray, which is too large for each run of the tests: make test-ray."""
