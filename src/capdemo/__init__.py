"""The runtime behind a guide to AI image capabilities; importing it loads no torch."""
