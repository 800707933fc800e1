"""The stochastic Adams solver, a predictor and a corrector (arXiv:2309.05019)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch

from capdemo.diffusion.samplers.sa_weights import SaStep, adams_weights

if TYPE_CHECKING:
    from capdemo.diffusion.run import Run

_FIRST_NOISY_SHARE = 0.2
_LAST_NOISY_SHARE = 0.8


class _Orders(NamedTuple):
    predictor: int
    corrector: int


def sa_solver(  # noqa: PLR0913  (the node's options)
    run: Run,
    latent: torch.Tensor,
    *,
    eta: float = 1.0,
    start_sigma: float | None = None,
    end_sigma: float | None = None,
    s_noise: float = 1.0,
    predictor_order: int = 3,
    corrector_order: int = 4,
    use_pece: bool = False,
    simple_order_2: bool = False,
) -> torch.Tensor:
    """Noise of strength `eta` between two sigmas, by default those at 20 % and 80 % of the way."""
    if len(run.sigmas) <= 1:
        return latent
    high = run.levels.percent_to_sigma(_FIRST_NOISY_SHARE) if start_sigma is None else start_sigma
    low = run.levels.percent_to_sigma(_LAST_NOISY_SHARE) if end_sigma is None else end_sigma
    noise = run.fresh_noise(latent)
    run = run.away_from_pure_noise()
    lambdas = run.half_log_snr(run.sigmas)
    predicted, tau, added = latent, 0.0, torch.zeros(())
    pictures: list[torch.Tensor] = []
    for step, sigma, after in run.steps():
        denoised = run.at(step, predicted)
        kept = max(predictor_order, corrector_order)
        pictures = [*pictures, denoised][-kept:]
        orders = _orders(run, step, len(pictures), (predictor_order, corrector_order), use_pece)
        if orders.corrector == 0:
            latent = predicted
        else:
            known = SaStep(lambdas[step - orders.corrector + 1 : step + 1], step - 1, step)
            latent = _adams(run, latent, pictures, known, lambdas, tau, simple=simple_order_2)
            latent = latent + added
            if use_pece:
                denoised = run.denoise(latent, sigma)
                pictures[-1] = denoised
        if after == 0:
            return denoised
        tau = eta if eta > 0 and high >= float(after) >= low else 0.0
        known = SaStep(lambdas[step - orders.predictor + 1 : step + 1], step, step + 1)
        predicted = _adams(run, latent, pictures, known, lambdas, tau, simple=simple_order_2)
        added = torch.zeros(())
        if tau > 0 and s_noise > 0:
            h = lambdas[step + 1] - lambdas[step]
            deviation = (-(-2 * tau**2 * h).expm1()).sqrt()
            added = noise(sigma, after) * after * deviation * s_noise
            predicted = predicted + added
    # A run that stops above 0 loses its last prediction, as in ComfyUI.
    return latent


def sa_solver_pece(run: Run, latent: torch.Tensor) -> torch.Tensor:
    """The same, asking the network again after every correction."""
    return sa_solver(run, latent, use_pece=True)


def _orders(
    run: Run,
    step: int,
    known: int,
    wanted: tuple[int, int],
    use_pece: bool,  # noqa: FBT001  (passed on as it is)
) -> _Orders:
    """The orders of this step: lower at both ends of the run."""
    steps = len(run.sigmas) - 1
    predictor, corrector = min(wanted[0], known), min(wanted[1], known)
    ends_in_picture = bool(run.sigmas[-1] == 0)
    if step == 0 or (step == steps - 1 and ends_in_picture and not use_pece):
        corrector = 0
    if ends_in_picture:
        predictor = min(predictor, steps - 1 - step)
        corrector = min(corrector, steps - step)
    return _Orders(predictor, corrector)


def _adams(  # noqa: PLR0913  (a step of the solver)
    run: Run,
    latent: torch.Tensor,
    pictures: list[torch.Tensor],
    known: SaStep,
    lambdas: torch.Tensor,
    tau: float,
    *,
    simple: bool,
) -> torch.Tensor:
    """One step of Adams' method: the latent carried on, and the pictures' part."""
    sigma, after = run.sigmas[known.start], run.sigmas[known.end]
    weights = adams_weights(known, lambdas, after, tau, simple=simple)
    h = lambdas[known.end] - lambdas[known.start]
    latent = after / sigma * (-(tau**2) * h).exp() * latent
    for weight, picture in zip(weights, pictures[-len(weights) :], strict=True):
        latent = latent + weight * picture
    return latent
