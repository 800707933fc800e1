"""From a workflow file to the graph that would run: plain data, no nodes, no tensors."""

from capdemo.workflow.api import graph_from_api, graph_to_api
from capdemo.workflow.document import Document, DocumentLink, DocumentNode, Group, Subgraph
from capdemo.workflow.dynamic_prompts import resolve_prompts
from capdemo.workflow.file_prefixes import fill_prefixes, search_names
from capdemo.workflow.flatten import to_graph, unnamed_values
from capdemo.workflow.graph import Graph, GraphNode, JsonValue, Link
from capdemo.workflow.inputs import input_folder
from capdemo.workflow.load import load_graph
from capdemo.workflow.object_info import object_info
from capdemo.workflow.ownership import OUT_OF_SCOPE
from capdemo.workflow.read import WorkflowFile, read_workflow

__all__ = [
    "OUT_OF_SCOPE",
    "Document",
    "DocumentLink",
    "DocumentNode",
    "Graph",
    "GraphNode",
    "Group",
    "JsonValue",
    "Link",
    "Subgraph",
    "WorkflowFile",
    "fill_prefixes",
    "graph_from_api",
    "graph_to_api",
    "input_folder",
    "load_graph",
    "object_info",
    "read_workflow",
    "resolve_prompts",
    "search_names",
    "to_graph",
    "unnamed_values",
]
