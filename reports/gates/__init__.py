"""Gates: results against a baseline that a repository keeps."""
