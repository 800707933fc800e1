"""From a workflow file to pictures: run one, or keep a whole guide's examples up to date."""
