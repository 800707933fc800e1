"""Ultimate SD Upscale: the nodes of ssitu's pack (34a3c2c, 2026-02-27)."""

from typing import Annotated, TypeAlias

from capdemo import diffusion, imaging
from capdemo.imaging.choices import RedrawOrder, SeamFix
from capdemo.node_api import (
    Conditioning,
    DiffusionModel,
    Image,
    NodeFamily,
    Noise,
    Range,
    RunContext,
    Sampler,
    Sigmas,
    UpscaleModel,
    UsedInstead,
    Vae,
)
from capdemo.nodes.limits import LARGEST_SEED
from capdemo.nodes.sampling_choices import SamplerName, SchedulerName

FAMILY = NodeFamily(pack="comfyui_ultimatesdupscale", licence="GPL-3.0")

LARGEST_TILE = 8192

ONLY_ONE = (
    "custom_sampler and custom_sigmas work only together; since one is missing, the other is not"
    " used."
)

Factor: TypeAlias = Annotated[float, Range(0.05, 4.0, 0.05)]
SeedNumber: TypeAlias = Annotated[int, Range(0, LARGEST_SEED)]
StepCount: TypeAlias = Annotated[int, Range(1, 10000)]
Cfg: TypeAlias = Annotated[float, Range(0.0, 100.0)]
Share: TypeAlias = Annotated[float, Range(0.0, 1.0, 0.01)]
TileSide: TypeAlias = Annotated[int, Range(64, LARGEST_TILE, 8)]
Pixels: TypeAlias = Annotated[int, Range(0, LARGEST_TILE, 8)]
Blur: TypeAlias = Annotated[int, Range(0, 64)]
TileCount: TypeAlias = Annotated[int, Range(1, 4096)]
SeamDenoise: TypeAlias = Annotated[float, Range(0.0, 1.0, 0.01), UsedInstead("denoise")]


@FAMILY.node("UltimateSDUpscale", category="image/upscaling")
def ultimate_sd_upscale(
    *,
    image: Image,
    model: DiffusionModel,
    positive: Conditioning,
    negative: Conditioning,
    vae: Vae,
    upscale_by: Factor = 2.0,
    seed: SeedNumber = 0,
    steps: StepCount = 20,
    cfg: Cfg = 8.0,
    sampler_name: SamplerName,
    scheduler: SchedulerName,
    denoise: Share = 0.2,
    upscale_model: UpscaleModel,
    mode_type: RedrawOrder,
    tile_width: TileSide = 512,
    tile_height: TileSide = 512,
    mask_blur: Blur = 8,
    tile_padding: Pixels = 32,
    seam_fix_mode: SeamFix,
    seam_fix_denoise: SeamDenoise = 1.0,  # noqa: ARG001  # in the pack it has no effect
    seam_fix_width: Pixels = 64,
    seam_fix_mask_blur: Blur = 8,
    seam_fix_padding: Pixels = 16,
    force_uniform_tiles: bool = True,
    tiled_decode: bool = False,
    batch_size: TileCount = 1,
    context: RunContext,
) -> Image:
    """Enlarge a picture by an upscale model and redraw it tile by tile.

    The model runs once, whatever its factor, and not at all where the picture does not grow;
    Lanczos does the rest. Sides are rounded to multiples of 8. Every tile is encoded, sampled with
    the same seed, decoded and pasted through a blurred mask, and sees the tiles before it. A seam
    fix redraws the places where tiles meet; `seam_fix_denoise` has no effect, they get `denoise`.
    A `batch_size` above 1 gives other pixels: its tiles do not see each other, and each takes other
    noise. Hints of ControlNets, masks, areas and reference latents are cut to the tile.
    """
    painting = diffusion.tile_painter
    settings = diffusion.sampling.Settings(seed, steps, cfg, sampler_name, scheduler, denoise)
    sample: diffusion.tile_painter.Sample = painting.BySettings(model, settings)
    paint = painting.TilePainter(
        vae, positive, negative, imaging.resize.size_of(image), sample, tiled_decode
    )
    tile = imaging.sizes.Size(tile_width, tile_height)
    tiles = imaging.redraw_steps.Tiles(
        tile, mode_type, mask_blur, tile_padding, force_uniform_tiles, batch_size
    )
    seams = imaging.redraw_steps.Seams(
        seam_fix_mode, seam_fix_width, seam_fix_mask_blur, seam_fix_padding
    )
    large = _enlarged(image, upscale_by, upscale_model, context)
    return imaging.redraw.redraw(large, tiles, seams, paint, context.progress)


@FAMILY.node("UltimateSDUpscaleNoUpscale", category="image/upscaling")
def redraw_in_tiles(
    *,
    upscaled_image: Image,
    model: DiffusionModel,
    positive: Conditioning,
    negative: Conditioning,
    vae: Vae,
    seed: SeedNumber = 0,
    steps: StepCount = 20,
    cfg: Cfg = 8.0,
    sampler_name: SamplerName,
    scheduler: SchedulerName,
    denoise: Share = 0.2,
    mode_type: RedrawOrder,
    tile_width: TileSide = 512,
    tile_height: TileSide = 512,
    mask_blur: Blur = 8,
    tile_padding: Pixels = 32,
    seam_fix_mode: SeamFix,
    seam_fix_denoise: SeamDenoise = 1.0,  # noqa: ARG001  # in the pack it has no effect
    seam_fix_width: Pixels = 64,
    seam_fix_mask_blur: Blur = 8,
    seam_fix_padding: Pixels = 16,
    force_uniform_tiles: bool = True,
    tiled_decode: bool = False,
    batch_size: TileCount = 1,
    context: RunContext,
) -> Image:
    """Redraw a picture tile by tile as UltimateSDUpscale does, without enlarging it first.

    Sides are rounded to multiples of 8; a picture that this makes larger is doubled and reduced.
    """
    painting = diffusion.tile_painter
    settings = diffusion.sampling.Settings(seed, steps, cfg, sampler_name, scheduler, denoise)
    sample: diffusion.tile_painter.Sample = painting.BySettings(model, settings)
    paint = painting.TilePainter(
        vae, positive, negative, imaging.resize.size_of(upscaled_image), sample, tiled_decode
    )
    tile = imaging.sizes.Size(tile_width, tile_height)
    tiles = imaging.redraw_steps.Tiles(
        tile, mode_type, mask_blur, tile_padding, force_uniform_tiles, batch_size
    )
    seams = imaging.redraw_steps.Seams(
        seam_fix_mode, seam_fix_width, seam_fix_mask_blur, seam_fix_padding
    )
    large = _enlarged(upscaled_image, 1.0, None, context)
    return imaging.redraw.redraw(large, tiles, seams, paint, context.progress)


@FAMILY.node("UltimateSDUpscaleCustomSample", category="image/upscaling")
def ultimate_sd_upscale_custom_sample(
    *,
    image: Image,
    model: DiffusionModel,
    positive: Conditioning,
    negative: Conditioning,
    vae: Vae,
    upscale_by: Factor = 2.0,
    seed: SeedNumber = 0,
    steps: StepCount = 20,
    cfg: Cfg = 8.0,
    sampler_name: SamplerName,
    scheduler: SchedulerName,
    denoise: Share = 0.2,
    mode_type: RedrawOrder,
    tile_width: TileSide = 512,
    tile_height: TileSide = 512,
    mask_blur: Blur = 8,
    tile_padding: Pixels = 32,
    seam_fix_mode: SeamFix,
    seam_fix_denoise: SeamDenoise = 1.0,  # noqa: ARG001  # in the pack it has no effect
    seam_fix_width: Pixels = 64,
    seam_fix_mask_blur: Blur = 8,
    seam_fix_padding: Pixels = 16,
    force_uniform_tiles: bool = True,
    tiled_decode: bool = False,
    batch_size: TileCount = 1,
    upscale_model: UpscaleModel | None = None,
    custom_sampler: Sampler | None = None,
    custom_sigmas: Sigmas | None = None,
    context: RunContext,
) -> Image:
    """Enlarge and redraw as UltimateSDUpscale does, by a sampler and noise levels of one's own.

    Both must be linked; then steps, sampler, scheduler and denoise are not used. Without an
    upscale model, Lanczos enlarges the picture.
    """
    painting = diffusion.tile_painter
    settings = diffusion.sampling.Settings(seed, steps, cfg, sampler_name, scheduler, denoise)
    sample: diffusion.tile_painter.Sample = painting.BySettings(model, settings)
    if custom_sampler is not None and custom_sigmas is not None:
        noise = Noise(seed)
        sample = painting.BySigmas(model, cfg, custom_sampler, custom_sigmas, noise)
    elif custom_sampler is not None or custom_sigmas is not None:
        context.note(ONLY_ONE)
    paint = painting.TilePainter(
        vae, positive, negative, imaging.resize.size_of(image), sample, tiled_decode
    )
    tile = imaging.sizes.Size(tile_width, tile_height)
    tiles = imaging.redraw_steps.Tiles(
        tile, mode_type, mask_blur, tile_padding, force_uniform_tiles, batch_size
    )
    seams = imaging.redraw_steps.Seams(
        seam_fix_mode, seam_fix_width, seam_fix_mask_blur, seam_fix_padding
    )
    large = _enlarged(image, upscale_by, upscale_model, context)
    return imaging.redraw.redraw(large, tiles, seams, paint, context.progress)


def _enlarged(
    image: Image, factor: float, model: UpscaleModel | None, context: RunContext
) -> Image:
    def upscale(small: Image) -> Image:
        assert model is not None  # noqa: S101  # called only where there is one
        return imaging.upscale.upscale_with_model(small, model, progress=context.progress).image

    return imaging.redraw.enlarge(image, factor, None if model is None else upscale)
