"""From pictures to rows on disk."""
