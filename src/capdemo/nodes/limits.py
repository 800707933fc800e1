"""The bounds that many of ComfyUI's widgets share."""

LARGEST_SIDE = 16384
"""ComfyUI's MAX_RESOLUTION."""

LARGEST_COLOUR = 0xFFFFFF
"""White, as 65536 red + 256 green + blue."""

LARGEST_SEED = 0xFFFFFFFFFFFFFFFF
