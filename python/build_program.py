"""Builds latpred for a wheel: hatchling's hook, see pyproject.toml.

The target is OFALAT_TARGET, such as linux/arm64, or else this machine. The program is built
without cgo, so that Go alone is needed and any system of the target runs it.
"""

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Dict, Iterator, List

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MODULE = Path(__file__).resolve().parent.parent

# By what Go 1.26 runs on; a program without cgo asks for no C library.
TAGS = {
    "linux/amd64": "manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64",
    "linux/arm64": "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
    "darwin/arm64": "macosx_12_0_arm64",
}


def go(*arguments: str, **environment: str) -> str:
    """What a go command prints."""
    return subprocess.run(
        ["go", *arguments], cwd=MODULE, env={**os.environ, **environment}, check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()


def notices(target: Dict[str, str]) -> Iterator[str]:
    """The licences of Go and of every module in the program, as they ask to be passed on."""
    form = "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}"
    modules = set(go("list", "-deps", "-f", form, "./latpred/cmd/latpred", **target).splitlines())
    for line in ["Go\t" + go("env", "GOROOT"), *sorted(modules - {""})]:
        name, folder = line.split("\t")
        for file in sorted(Path(folder).iterdir()):
            if file.name.upper().startswith(("LICENSE", "LICENCE", "COPYING", "NOTICE")) and file.is_file():
                yield f"{name}: {file.name}\n\n{file.read_text(encoding='utf-8', errors='replace')}\n"


class BuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Puts the program and its licences into the wheel, and names the wheel for its target."""

    def initialize(self, version: str, build_data: Dict[str, Any]) -> None:
        name = os.environ.get("OFALAT_TARGET") or f"{go('env', 'GOOS')}/{go('env', 'GOARCH')}"
        if name not in TAGS:
            raise SystemExit(f"no wheel is built for {name}: there are {', '.join(TAGS)}")
        system, processor = name.split("/")
        target = {"CGO_ENABLED": "0", "GOOS": system, "GOARCH": processor}
        self.folder = tempfile.TemporaryDirectory()
        program, texts = os.path.join(self.folder.name, "latpred"), os.path.join(self.folder.name, "modules.txt")
        go("build", "-trimpath", "-ldflags=-s -w", "-o", program, "./latpred/cmd/latpred", **target)
        rule = "=" * 80 + "\n"
        Path(texts).write_text(rule.join(notices(target)), encoding="utf-8")
        files: List[str] = [str(MODULE / "LICENSE"), str(MODULE / "data" / "NOTICE"), texts]
        build_data["force_include"].update({program: "ofalat/latpred"})
        build_data["force_include"].update({f: f"ofalat/licences/{Path(f).name}" for f in files})
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{TAGS[name]}"

    def finalize(self, version: str, build_data: Dict[str, Any], artifact_path: str) -> None:
        self.folder.cleanup()
