"""A workflow as a labelled SVG picture that itself carries the workflow."""

from capdemo.site.graph.write import Drawing, graph_drawing

__all__ = ["Drawing", "graph_drawing"]
