"""Generates the Python code of the contract, and the third-party contracts it imports, from the installed packages.

`python protos/generate.py` writes protos/gen; `--third-party` writes only what is never committed (buf/validate);
`--check` fails if what is committed is not what the contract says; `--image FILE` writes a descriptor image for buf.
Knows protoc and the packages' descriptors, and nothing of the product.
"""

from __future__ import annotations

import argparse
import filecmp
import shutil
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

from google.protobuf import descriptor_pb2, duration_pb2, field_mask_pb2, timestamp_pb2
from google.type import date_pb2
from grpc_tools import protoc
from protovalidate._gen.buf.validate import validate_pb

ROOT = Path(__file__).resolve().parent
GENERATED = ROOT / "gen"


def validate_descriptors() -> bytes:
    """protovalidate carries its contract as a descriptor, not as a .proto: wrap it for protoc."""
    image = descriptor_pb2.FileDescriptorSet()
    for module in (descriptor_pb2, duration_pb2, timestamp_pb2, field_mask_pb2):
        image.file.add().ParseFromString(module.DESCRIPTOR.serialized_pb)
    image.file.add().ParseFromString(validate_pb._DESC.proto.to_binary())
    return image.SerializeToString()


def run_protoc(arguments: list[str]) -> None:
    """Runs protoc in this process; stops with its exit code when it fails."""
    code = protoc.main(["protoc", *arguments])
    if code != 0:
        sys.exit(code)


def generate_third_party(target: Path) -> None:
    """Writes buf/validate/validate_pb2.py below target, which generated code imports at run time."""
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "validate.binpb"
        image.write_bytes(validate_descriptors())
        run_protoc(
            [
                f"--descriptor_set_in={image}",
                f"--python_out={target}",
                f"--pyi_out={target}",
                "buf/validate/validate.proto",
            ]
        )
    for package in (target / "buf", target / "buf" / "validate"):
        (package / "__init__.py").touch()


def own_protos() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / "plumbline").rglob("*.proto"))


def third_party_image(folder: Path) -> Path:
    """One image with everything that our contract imports: protoc takes descriptors or sources, not both by halves."""
    includes = [str(files("grpc_tools").joinpath("_proto")), _googleapis()]
    google = folder / "google.binpb"
    run_protoc(
        [
            *(f"-I{include}" for include in includes),
            f"--descriptor_set_out={google}",
            "--include_imports",
            "google/type/date.proto",
            "google/protobuf/empty.proto",
            "google/rpc/status.proto",
        ]
    )
    image = descriptor_pb2.FileDescriptorSet()
    seen: set[str] = set()
    for part in (validate_descriptors(), google.read_bytes()):
        for file in descriptor_pb2.FileDescriptorSet.FromString(part).file:
            if file.name not in seen:
                seen.add(file.name)
                image.file.add().CopyFrom(file)
    path = folder / "third_party.binpb"
    path.write_bytes(image.SerializeToString())
    return path


def _googleapis() -> str:
    """The folder above `google/` in site-packages, where googleapis-common-protos keeps its sources."""
    return str(Path(date_pb2.__file__).parents[2])


def generate_own(target: Path, *, image_out: Path | None = None) -> None:
    """Writes messages, stubs and types of our contract below target."""
    with tempfile.TemporaryDirectory() as folder:
        imports = third_party_image(Path(folder))
        outputs = [f"--python_out={target}", f"--pyi_out={target}", f"--grpc_python_out={target}"]
        if image_out is not None:
            outputs += [f"--descriptor_set_out={image_out}", "--include_imports", "--include_source_info"]
        run_protoc([f"--descriptor_set_in={imports}", f"-I{ROOT}", *outputs, *own_protos()])
    for package in sorted((target / "plumbline").rglob("*")):
        if package.is_dir() and package.name != "__pycache__":
            (package / "__init__.py").touch()
    (target / "plumbline" / "__init__.py").touch()


def differences(left: Path, right: Path) -> list[str]:
    """Paths that are not the same in both trees."""
    names = {p.relative_to(left) for p in left.rglob("*.py*") if p.suffix in (".py", ".pyi")}
    names |= {p.relative_to(right) for p in right.rglob("*.py*") if p.suffix in (".py", ".pyi")}
    return sorted(
        str(name)
        for name in names
        if not (left / name).exists()
        or not (right / name).exists()
        or not filecmp.cmp(left / name, right / name, shallow=False)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--third-party", action="store_true", help="only what is never committed")
    parser.add_argument("--check", action="store_true", help="fail if committed code is not current")
    parser.add_argument("--image", type=Path, help="write a descriptor image for buf to this file")
    options = parser.parse_args()
    GENERATED.mkdir(exist_ok=True)
    if options.third_party:
        generate_third_party(GENERATED)
        return
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        generate_own(fresh, image_out=options.image)
        if options.check:
            wrong = differences(fresh / "plumbline", GENERATED / "plumbline")
            if wrong:
                print("generated code is not current; run `make protos`:", *wrong, sep="\n  ")
                sys.exit(1)
            return
        if options.image is not None:
            return
        shutil.rmtree(GENERATED / "plumbline", ignore_errors=True)
        shutil.copytree(fresh / "plumbline", GENERATED / "plumbline")
    generate_third_party(GENERATED)


if __name__ == "__main__":
    main()
