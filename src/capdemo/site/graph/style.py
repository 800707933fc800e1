"""The drawing's own style sheet; inside a page it follows the page's light or dark scheme."""

from __future__ import annotations

LIGHT_CANVAS = "#fbfcfc"
DARK_CANVAS = "#14181c"

STYLE = (
    f"svg{{--c:{LIGHT_CANVAS};--b:#fff;--n:#fdf6e3;--l:#cdd4da;--t:#15191d;--m:#59636c}}"
    f"@media(prefers-color-scheme:dark){{svg{{--c:{DARK_CANVAS};--b:#1f252a;--n:#2b2618;"
    "--l:#3a434b;--t:#e7ebee;--m:#a3aeb7}}"
    'text{font:15.5px system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:var(--t);'
    "white-space:pre}"
    ".t{font-size:18px;font-weight:600}.k{fill:var(--m)}.c{fill:var(--c)}"
    ".b rect{fill:var(--b);stroke:var(--l);stroke-width:1.5}.note rect{fill:var(--n)}"
    ".l{stroke:var(--l);stroke-width:1.5}.w{fill:none;stroke-width:3;stroke-linecap:round}"
    ".f rect{fill:var(--m);fill-opacity:.09;stroke:var(--l);stroke-width:1.5}.f .t{fill:var(--m)}"
    ".ends rect{stroke-dasharray:2 4}.bypassed rect{stroke:#8b73cf;stroke-dasharray:8 5}"
    ".muted{opacity:.55}circle{stroke:var(--b);stroke-width:1.5}"
)
