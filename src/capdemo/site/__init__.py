"""Source-style Markdown in, a static site out; reads the lock and workflows, runs nothing."""
