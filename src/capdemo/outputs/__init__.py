"""What is kept of a run: whole files, objects named by their content, and the lock."""
