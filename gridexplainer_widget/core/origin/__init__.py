"""What numbers came from: digests of files, versions of software."""
