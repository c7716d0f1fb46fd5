"""Stack traces of Node.js in Python's form."""

from pathlib import Path

from harness.targets.local.traces import as_python


def test_frames_of_the_code_have_their_source_and_the_innermost_is_last(tmp_path: Path) -> None:
    (tmp_path / "app.js").write_text("one\n  two();\nthree\n")
    (tmp_path / "mod ule.mjs").write_text("await four();\n")
    told = as_python(
        [
            "TypeError: x",
            f"    at Object.inner [as outer] ({tmp_path}/app.js:2:5)",
            "    at new Promise (<anonymous>)",
            "    at Module._compile (node:internal/modules/cjs/loader:1521:14)",
            f"    at async file://{tmp_path}/mod%20ule.mjs:1:1",
            "    at async Runtime.handler (/elsewhere/index.js:7:3)",
        ],
        tmp_path,
    )
    assert told == (
        '  File "/elsewhere/index.js", line 7, in handler\n    \n',
        f'  File "{tmp_path}/mod ule.mjs", line 1, in <anonymous>\n    await four();\n',
        f'  File "{tmp_path}/app.js", line 2, in inner\n    two();\n',
    )


def test_a_trace_that_lies_reads_no_other_file(tmp_path: Path) -> None:
    told = as_python(
        [
            f"    at a ({tmp_path}/../../../../../../../../etc/passwd:1:1)",
            "    at b (/dev/zero:1:1)",
            f"    at c ({tmp_path}/nothing.js:99999999999:1)",
        ],
        tmp_path,
    )
    assert [frame.split("\n")[1].strip() for frame in told] == ["", "", ""]
