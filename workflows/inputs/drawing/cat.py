"""The cat on the quay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.inputs.drawing.canvas import INK, smooth

if TYPE_CHECKING:
    from workflows.inputs.drawing.canvas import Canvas


def draw_cat(canvas: Canvas) -> None:
    """A ginger cat that sits on the quay and looks out at the reader."""
    tail = smooth([(462, 650), (506, 660), (534, 634), (522, 600), (540, 582)], closed=False)
    canvas.stroke(tail, INK, 25)
    canvas.stroke(tail, "#e88d3c", 19)
    canvas.stroke(tail[-14:], "#fdf1e2", 19)
    body = [
        (372, 654),
        (358, 610),
        (372, 556),
        (398, 522),
        (436, 522),
        (462, 556),
        (478, 610),
        (466, 654),
        (420, 660),
    ]
    canvas.shape(smooth(body), "#e88d3c")
    chest = [(398, 540), (436, 540), (440, 590), (418, 612), (396, 590)]
    canvas.shape(smooth(chest), "#fdf1e2", 0)
    for x in (400, 436):
        canvas.shape(
            smooth([(x - 15, 606), (x + 15, 606), (x + 17, 656), (x - 17, 656)]), "#f6a556"
        )
        canvas.disc((x, 654), (20, 11), "#fdf1e2")
    for left in (True, False):
        side = -1 if left else 1
        ear = [(418 + side * 50, 486), (418 + side * 44, 420), (418 + side * 10, 448)]
        canvas.shape(ear, "#e88d3c")
        inner = [(418 + side * 43, 470), (418 + side * 40, 436), (418 + side * 20, 452)]
        canvas.shape(inner, "#f7b7a3", 0)
    head = [
        (418, 444),
        (458, 456),
        (480, 490),
        (462, 526),
        (418, 540),
        (374, 526),
        (356, 490),
        (378, 456),
    ]
    canvas.shape(smooth(head), "#e88d3c")
    for x, foot in ((404, 464), (418, 470), (432, 464)):
        canvas.stroke([(x, 449), (x, foot)], "#a9551f", 5)
    draw_face(canvas)
    canvas.shape(
        smooth([(376, 528), (418, 546), (460, 528), (462, 540), (418, 558), (374, 540)]),
        "#3f7f8c",
        2.6,
    )
    canvas.disc((418, 558), (9, 10), "#ffe38a", 2.6)


def draw_face(canvas: Canvas) -> None:
    """Eyes, muzzle and whiskers of the cat."""
    canvas.disc((406, 516), (15, 12), "#fdf1e2", 0)
    canvas.disc((430, 516), (15, 12), "#fdf1e2", 0)
    for x in (394, 442):
        canvas.disc((x, 490), (14, 15), "#d7e58a")
        canvas.disc((x, 491), (6, 12), INK, 0)
        canvas.disc((x + 4, 485), (3.4, 3.4), "#ffffff", 0)
    canvas.shape([(411, 505), (425, 505), (418, 513)], "#d9524b", 2)
    for side in (-1, 1):
        mouth = [(418, 513), (418 + side * 6, 523), (418 + side * 14, 520)]
        canvas.stroke(smooth(mouth, closed=False), INK, 2.4)
        for lift in (-6, 2, 10):
            root, tip = (418 + side * 26, 512 + lift / 3), (418 + side * 74, 506 + lift)
            canvas.stroke([root, tip], "#fff8ea", 2)
