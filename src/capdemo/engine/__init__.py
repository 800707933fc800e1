"""From an executable graph to values, for any registry of nodes; knows no node and no tensor."""
