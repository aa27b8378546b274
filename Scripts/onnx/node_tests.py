#!/usr/bin/env python3
"""Writes the node tests of the `onnx` package, and its small model tests, as one folder a case.

    python3 Scripts/onnx/node_tests.py OUT
    python3 Scripts/onnx/node_tests.py OUT --index-only     # OUT/*/model.onnx are there, as in Debian's libonnx-testdata

Each case is OUT/NAME/model.onnx with OUT/NAME/test_data_set_SET/input_I.pb and output_I.pb, as onnx ships them; and

    OUT/NAME/data_SET/input_I.npy, output_I.npy
                       the tensors again, whole numbers and truth values as int64, real numbers as float32; the inputs
                       are those that no initialiser gives, in order
    OUT/cases.tsv      name, kind, relative and absolute tolerance, operator set, operators (comma-separated, each once),
                       and what of its inputs or outputs is not a tensor of numbers (empty: nothing)
    OUT/operators.tsv  domain, operator, the versions in which ONNX defined or changed it, `deprecated` if it is now
    OUT/version.txt    what made them

for Tests/ONNXTests/NodeTests.swift, which runs them. Needs the packages onnx and numpy.
"""

import argparse
import shutil
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

WRITERS = {
    "map_type": numpy_helper.from_dict,
    "sequence_type": numpy_helper.from_list,
    "optional_type": numpy_helper.from_optional,
}


def packed(value, info: onnx.ValueInfoProto) -> bytes:
    if isinstance(value, TensorProto):
        return value.SerializeToString()
    writer = WRITERS.get(info.type.WhichOneof("value"), numpy_helper.from_array)
    return writer(value, info.name).SerializeToString()


def write_arrays(folder: Path, model: onnx.ModelProto) -> None:
    """The tensors of a case as .npy, for readers that shall not depend on a reader of protocol buffers."""
    given = {tensor.name for tensor in model.graph.initializer}
    free = [info for info in model.graph.input if info.name not in given]
    for data in sorted(folder.glob("test_data_set_*")):
        target = folder / data.name.replace("test_data_set", "data")
        target.mkdir(exist_ok=True)
        for role in ["input", "output"]:
            files = sorted(data.glob(f"{role}_*.pb"), key=lambda file: int(file.stem.split("_")[1]))
            tensors = [onnx.load_tensor(file) for file in files]
            if role == "input" and len(tensors) == len(model.graph.input) != len(free):
                tensors = [tensor for tensor, info in zip(tensors, model.graph.input) if info.name not in given]
            infos = free if role == "input" else model.graph.output
            for place, (tensor, info) in enumerate(zip(tensors, infos)):
                array = numpy_helper.to_array(tensor)
                if info.type.tensor_type.elem_type == TensorProto.BFLOAT16 and array.dtype == np.uint16:
                    # onnx 1.12 gives the bits only.
                    array = (array.astype(np.uint32) << 16).view(np.float32)
                is_whole = array.dtype.kind in "iub" or "int" in array.dtype.name
                with np.errstate(all="ignore"):
                    array = array.astype(np.int64 if is_whole else np.float32)
                np.save(target / f"{role}_{place}.npy", array)


def operators(graph: onnx.GraphProto) -> list[str]:
    """The operators of `graph` and of the subgraphs in it, each once, in order."""
    names: dict[str, None] = {}
    for node in graph.node:
        names[f"{node.domain}.{node.op_type}" if node.domain not in ("", "ai.onnx") else node.op_type] = None
        for attribute in node.attribute:
            for subgraph in [attribute.g] if attribute.HasField("g") else attribute.graphs:
                names.update(dict.fromkeys(operators(subgraph)))
    return list(names)


def foreign_types(model: onnx.ModelProto) -> str:
    """What of the inputs and outputs is no tensor of numbers."""
    found = set()
    for info in [*model.graph.input, *model.graph.output]:
        kind = info.type.WhichOneof("value")
        if kind != "tensor_type":
            found.add((kind or "unknown").removesuffix("_type"))
        elif info.type.tensor_type.elem_type in (TensorProto.STRING, TensorProto.COMPLEX64, TensorProto.COMPLEX128):
            found.add(TensorProto.DataType.Name(info.type.tensor_type.elem_type).lower())
    return " ".join(sorted(found))


def row(name: str, kind: str, rtol: float, atol: float, model: onnx.ModelProto) -> str:
    opset = max((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), default=0)
    names = operators(model.graph)
    return "\t".join([name, kind, f"{rtol:g}", f"{atol:g}", str(opset), ",".join(names), foreign_types(model)])


def write_cases(out: Path) -> list[str]:
    import onnx.backend.test.case.model as models
    import onnx.backend.test.case.node as nodes

    rows = []
    for case in [*nodes.collect_testcases(None), *models.collect_testcases()]:
        folder = out / case.name
        if case.model is None or case.data_sets is None:
            continue
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "model.onnx").write_bytes(case.model.SerializeToString())
        for index, (inputs, outputs) in enumerate(case.data_sets):
            data = folder / f"test_data_set_{index}"
            data.mkdir()
            for role, values, infos in [("input", inputs, case.model.graph.input),
                                        ("output", outputs, case.model.graph.output)]:
                for place, (value, info) in enumerate(zip(values, infos)):
                    (data / f"{role}_{place}.pb").write_bytes(packed(value, info))
        rows.append(row(case.name, case.kind, case.rtol, case.atol, case.model))
    return rows


def copy_shipped(out: Path) -> list[str]:
    """The cases that the package has as files: `simple`, and those converted from PyTorch."""
    data = Path(onnx.__file__).parent / "backend/test/data"
    rows = []
    for kind in ["simple", "pytorch-converted", "pytorch-operator"]:
        for folder in sorted((data / kind).glob("*/")):
            if not (folder / "model.onnx").exists():
                continue
            shutil.copytree(folder, out / folder.name, dirs_exist_ok=True)
            rows.append(row(folder.name, kind, 1e-3, 1e-7, onnx.load(folder / "model.onnx")))
    return rows


def index(out: Path) -> list[str]:
    rows = []
    for file in sorted(out.glob("*/model.onnx")):
        model = onnx.load(file, load_external_data=False)
        halves = any(info.type.tensor_type.elem_type == TensorProto.BFLOAT16 for info in model.graph.output)
        # onnx 1.12, of IR version 8, cut bits off where newer ones round.
        rtol = 2**-7 if halves and model.ir_version <= 8 else 1e-3
        rows.append(row(file.parent.name, "node" if len(model.graph.node) == 1 else "model", rtol, 1e-7, model))
    return rows


def schemas() -> list[str]:
    versions: dict[tuple[str, str], list] = {}
    for schema in onnx.defs.get_all_schemas_with_history():
        versions.setdefault((schema.domain, schema.name), []).append(schema)
    rows = []
    for (domain, name), found in sorted(versions.items()):
        newest = max(found, key=lambda schema: schema.since_version)
        numbers = ",".join(str(version) for version in sorted(schema.since_version for schema in found))
        rows.append("\t".join([domain, name, numbers, "deprecated" if newest.deprecated else ""]))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--index-only", action="store_true", help="index the cases that are there")
    parser.add_argument("--source", help="what made the cases that are there, for version.txt")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rows = index(options.out) if options.index_only else write_cases(options.out) + copy_shipped(options.out)
    for line in rows:
        name, *_, foreign = line.split("\t")
        if not foreign:
            write_arrays(options.out / name, onnx.load(options.out / name / "model.onnx"))
    unique = {line.split("\t")[0]: line for line in rows}
    (options.out / "cases.tsv").write_text("".join(f"{unique[name]}\n" for name in sorted(unique)))
    (options.out / "operators.tsv").write_text("".join(f"{line}\n" for line in schemas()))
    (options.out / "version.txt").write_text(f"{options.source or f'onnx {onnx.__version__}'}\n")
    print(f"{options.out}: {len(unique)} cases")


if __name__ == "__main__":
    main()
