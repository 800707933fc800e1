"""A guide of a few pages in two languages, with one example that ran."""

from __future__ import annotations

from pathlib import Path

from tests.guide_for_tests import add_example, invoke, scale_workflow

THEME = Path(__file__).parents[2] / "src" / "capdemo" / "site" / "theme"

CONFIG = """
site_name: Test
site_description: A guide of four pages.
site_url: !ENV [SITE_URL, ""]
theme: {{name: material, font: false, features: [navigation.tabs], custom_dir: {theme}}}
plugins: [search, capdemo]
markdown_extensions: [capdemo, attr_list, tables]
exclude_docs: gyazo.toml
nav:
  - Home: en/index.md
  - Part: [en/part/scale.md, en/part/source-style.md]
  - 日本語:
      - ja/part/scale.md
"""

HOME = "---\nlang: en\ntitle: Home\nsummary: The first page.\n---\n\n## Home\n"

PAGE = """---
lang: {lang}
section: part
slug: scale
title: {title}
summary: Larger "pictures" & more.
permalink: "/{{{{ lang }}}}/{{{{ section }}}}/{{{{ slug }}}}/"
hero:
  image: /examples/part/scale
---

## {title}

![Noise](/examples/part/scale){{example=compare divider=40}}

[](/workflows/part/Scale.json)

See [home](/en/) and [below](/en/part/scale/#below).

### Below

```markdown
[](/workflows/part/Scale.json)
```
"""

SOURCE_STYLE = """---
layout: page
lang: en
section: part
slug: source-style
navId: source-style
title: Masks & Layers
summary: A page as the original guide writes them.
permalink: "/{{ lang }}/{{ section }}/{{ slug }}/"
hero:
  image: https://gyazo.com/0123456789abcdef0123456789abcdef
tags: [mask]
---

## Masks & Layers

A sentence.
![](https://gyazo.com/0123456789abcdef0123456789abcdef){gyazo=image}

[](/workflows/part/Scale.json)

- First
  - nested by two spaces
    - and once more
  - [](/workflows/part/Scale.json)
- Second, see [the other page](/en/part/scale/#below)

> [](/workflows/part/Scale.json)

### A part

#### A smaller one
"""


def make_site(guide: Path) -> Path:
    """Write the pages into a guide, and run its example."""
    (guide / "mkdocs.yml").write_text(CONFIG.format(theme=THEME), encoding="utf-8")
    docs = guide / "docs"
    for lang, title in (("en", "Scale"), ("ja", "拡大")):
        (docs / lang / "part").mkdir(parents=True)
        page = PAGE.format(lang=lang, title=title)
        (docs / lang / "part" / "scale.md").write_text(page, encoding="utf-8")
    (docs / "en" / "index.md").write_text(HOME)
    (docs / "en" / "part" / "source-style.md").write_text(SOURCE_STYLE)
    (docs / "gyazo.toml").write_text('0123456789abcdef0123456789abcdef = "part/scale"\n')
    add_example(guide, "part/Scale", scale_workflow())
    assert invoke("build", "--examples-only").code == 0
    return guide
