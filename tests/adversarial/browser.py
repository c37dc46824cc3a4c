"""Output and text aimed at the browser of the instructor who reads the graded notebook or its feedback page."""

import base64
import struct
import zlib

from nbformat.v4 import new_output, new_raw_cell

from tests.adversarial.hostile import ALERT, Hostile, at_start, show_cell

SCRIPT = f"<script>{ALERT}</script>"
IMAGE = f'<img src="x" onerror="{ALERT}">'
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{ALERT}"><rect width="9" height="9"/></svg>'
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
QUESTIONS = (
    "knn-question-rotation",
    "knn-question-bright-rows",
    "knn-question-preprocessing",
    "knn-question-true-false",
)

ACTIVE = {
    "text/plain": "a picture",
    "text/html": SCRIPT + IMAGE,
    "image/svg+xml": SVG,
    "application/javascript": ALERT,
    "text/markdown": IMAGE + f"[a](javascript:{ALERT})",
    "text/latex": f"$\\href{{javascript:{ALERT}}}{{click}}$" + IMAGE,
    "application/vnd.jupyter.widget-view+json": {"model_id": f"</script>{SCRIPT}", "version_major": 2},
    "application/vnd.mathjax+html": IMAGE,
}


def _show_active_outputs(notebook):
    cell = show_cell(notebook)
    cell.outputs = [new_output("display_data", data={kind: data}) for kind, data in ACTIVE.items()]
    cell.outputs.append(new_output("execute_result", data=ACTIVE, execution_count=1))


def _show_injected_metadata(notebook):
    sizes = {"width": f'1" onload="{ALERT}', "height": f"1 onload={ALERT}", "unconfined": f"x onload={ALERT}"}
    inject = {"image/png": sizes, "filenames": {"image/png": f'x" onerror="{ALERT}'}, "needs_background": IMAGE}
    cell = show_cell(notebook)
    cell.metadata.update(sizes, tags=[f'x"{IMAGE}'], name=f'x" onclick="{ALERT}')
    cell.outputs = [new_output("display_data", data={"image/png": PNG, "text/plain": IMAGE}, metadata=inject)]


def _inject_into_the_notebook(notebook):
    notebook.metadata.update(
        title=f"</title>{SCRIPT}",
        authors=[{"name": IMAGE}],
        widgets={"application/vnd.jupyter.widget-state+json": {"state": {"a": f"</script>{SCRIPT}"}}},
    )
    notebook.metadata.language_info.update(pygments_lexer=f'x">{SCRIPT}', name=f'x">{SCRIPT}')
    notebook.metadata.kernelspec.update(display_name=SCRIPT, language=f'x">{SCRIPT}')
    notebook.cells.append(new_raw_cell(SCRIPT, id="raw", metadata={"raw_mimetype": "text/html", "format": "text/html"}))


def _attach(notebook):
    for cell in notebook.cells:
        if cell.id in QUESTIONS:
            cell.source = "![a](attachment:a.svg) [open](attachment:a.html)"
            cell.attachments = {
                "a.svg": {"image/svg+xml": base64.b64encode(SVG.encode()).decode()},
                "a.html": {"text/html": base64.b64encode(SCRIPT.encode()).decode()},
                f'x" onerror="{ALERT}': {f'image/png" onerror="{ALERT}': PNG},
            }


def _show_a_huge_picture(notebook):
    show_cell(notebook).outputs = [new_output("display_data", data={"image/png": _png(40_000, 40_000)})]


def _png(width: int, height: int) -> str:
    """Return a picture of one color: some kilobytes, which a browser unpacks to `width * height` pixels."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)  # one bit for a pixel
    rows = zlib.compress(bytes(1 + width // 8) * height, 9)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return base64.b64encode(data).decode()


DISPLAY = f"""
from IPython.display import HTML, SVG, Javascript, Markdown, display

display(HTML({SCRIPT + IMAGE!r}), Javascript({ALERT!r}), Markdown({IMAGE!r}))
display(SVG({SVG!r}))
display({ {kind: data for kind, data in ACTIVE.items() if isinstance(data, str)}!r}, raw=True)


class Rich:
    def _repr_html_(self):
        return {IMAGE!r}

    def _repr_mimebundle_(self, **options):
        sizes = {{"width": '1" onload="{ALERT}'}}
        return {{"image/png": {PNG!r}, "text/html": {IMAGE!r}}}, {{"image/png": sizes}}


Rich()
"""

# Control sequences: a link, hidden text, a line that overwrites another, the title of a terminal.
PRINT = f"""
print({SCRIPT!r}, {IMAGE!r})
print("\\x1b]8;;javascript:{ALERT}\\x07a link\\x1b]8;;\\x07", "\\x1b]0;{ALERT}\\x07")
print("\\x1b[38;2;1\\"onmouseover={ALERT};3m colored \\x1b[<script>{ALERT}</script>m \\x1b[8mhidden\\x1b[0m")
print("0 points\\r19 points", "0 points" + "\\b" * 8 + "19 points", "\\u202e0 stniop\\u202c")
import sys

print({IMAGE!r}, file=sys.stderr)
"""

EXCEPTIONS = f"""
class Quiet(Exception):
    def _render_traceback_(self):
        return [{SCRIPT!r}, {IMAGE!r}]

    def __str__(self):
        return {IMAGE!r}


Named = type({IMAGE!r}, (Quiet,), {{}})
"""
RAISE = "raise Named({!r})"

TYPES = f"Odd = type({IMAGE!r}, (), {{'__repr__': lambda self: {SCRIPT!r}}})"

MARKUP = f"""
{SCRIPT}

{IMAGE}

{SVG}

<iframe srcdoc="{SCRIPT.replace("<", "&lt;")}"></iframe>
<base href="javascript:{ALERT}//"><meta http-equiv="refresh" content="0;url=javascript:{ALERT}">
<form action="javascript:{ALERT}"><button>give points</button></form>
<style>.score {{ background: url("javascript:{ALERT}") }} .jp-OutputArea {{ display: none }}</style>
<details open ontoggle="{ALERT}"><a href="javascript:{ALERT}">more</a></details>
<math><a xlink:href="javascript:{ALERT}">x</a></math>
<scr<script>ipt>{ALERT}</script> <<img src=x onerror={ALERT}>> </textarea>{SCRIPT} </div></div></div>{IMAGE}

```html
</code></pre>{SCRIPT}
```

<!-- everything that follows is hidden
"""

LINKS = f"""
[a](javascript:{ALERT}) [b](JaVaScRiPt:{ALERT}) [c](javascript&#58;{ALERT}) [d][e] <javascript:{ALERT}>
[f](data:text/html,%3Cscript%3E{ALERT}%3C/script%3E) [g](vbscript:{ALERT}) [h](  javascript:{ALERT}  "title")
![i](javascript:{ALERT}) [![j](x)](javascript:{ALERT}) [k](//x" onclick="{ALERT}) ![l" onerror="{ALERT}](x)
![m](x "n\\" onerror=\\"{ALERT}")

[e]: javascript:{ALERT}
[^o]: [p](javascript:{ALERT})
"""

MATHEMATICS = f"""
$\\href{{javascript:{ALERT}}}{{\\text{{click}}}}$ $$\\href{{javascript:{ALERT}}}{{x}} \\class{{x" onclick="{ALERT}}}{{y}}$$

$\\style{{background:url(javascript:{ALERT})}}{{z}}$ $</script>{SCRIPT}$ $${IMAGE}$$ \\(a{IMAGE}\\)

\\begin{{equation}}{IMAGE}\\end{{equation}} $\\unicode[{IMAGE}]{{x41}}$ $\\def\\x{{\\x\\x}}\\x$
"""


def answering(name: str, aim: str, text: str) -> Hostile:
    return Hostile(name, "browser", aim, answers=dict.fromkeys(QUESTIONS, text))


HOSTILE = (
    Hostile(
        "outputs-with-scripts",
        "browser",
        "The outputs handed in with an experiment hold HTML, SVG and JavaScript.",
        edit=_show_active_outputs,
    ),
    Hostile(
        "outputs-with-injected-metadata",
        "browser",
        "The size of a picture ends its HTML attribute and begins another.",
        edit=_show_injected_metadata,
    ),
    Hostile(
        "scripts-displayed",
        "browser",
        "Cells display HTML, SVG and JavaScript while they run.",
        cells={"knn-two-loops": DISPLAY},
    ),
    Hostile(
        "control-sequences",
        "browser",
        "What is printed holds HTML and the control sequences of terminals.",
        cells={"knn-two-loops": PRINT},
    ),
    Hostile(
        "exceptions-with-markup",
        "browser",
        "Exceptions have HTML for names, messages and tracebacks.",
        {"knn-two-loops": RAISE.format(SCRIPT)},
        cells={"knn-one-loop": RAISE.format(IMAGE)},
        extra=at_start(EXCEPTIONS),
    ),
    Hostile(
        "types-with-markup",
        "browser",
        "The class of what is returned has HTML for a name, and the report tells it.",
        {"knn-two-loops": "return Odd()", "knn-predict-labels": f"return np.array([{SCRIPT!r}])"},
        extra=at_start(TYPES),
    ),
    answering(
        "answers-with-markup", "Answers hold HTML, styles that hide other text, and a comment without an end.", MARKUP
    ),
    answering("answers-with-links", "Answers hold links and pictures whose addresses are scripts.", LINKS),
    answering("answers-with-mathematics", "Answers hold formulas that MathJax turns into links to scripts.", MATHEMATICS),
    Hostile("answers-with-attachments", "browser", "Answers show attached files, which are scripts.", edit=_attach),
    Hostile(
        "notebook-with-injected-metadata",
        "browser",
        "The notebook's title, language and widgets hold HTML.",
        edit=_inject_into_the_notebook,
    ),
    Hostile(
        "file-names-with-markup",
        "browser",
        "Of the files handed in, one has HTML for a name, and one is a page with a script.",
        files={f"<img src=x onerror={ALERT}>.png": b"", "index.html": SCRIPT.encode()},
    ),
    Hostile(
        "picture-of-a-billion-pixels",
        "browser",
        "A picture of some kilobytes takes gigabytes when it is shown.",
        edit=_show_a_huge_picture,
    ),
)
