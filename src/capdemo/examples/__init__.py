"""From a workflow file to pictures: run one, or keep a whole guide's examples up to date."""

from capdemo.examples.workflow_run import RunOptions, WorkflowRun, run_workflow

__all__ = ["RunOptions", "WorkflowRun", "run_workflow"]
