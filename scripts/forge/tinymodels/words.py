"""The vocabulary: the bytes and the first merges of the demo model's."""

import json
import os

DEMO = os.path.join(os.path.dirname(__file__), "../../../packages/demo-model/model/tokenizer")
BYTES, MERGES = 512, 120
START, END = "<|startoftext|>", "<|endoftext|>"


def _read():
    ids = json.load(open(f"{DEMO}/vocab.json", encoding="utf8"))
    words = sorted(ids, key=ids.get)[: BYTES + MERGES] + [START, END]
    lines = open(f"{DEMO}/merges.txt", encoding="utf8").read().split("\n")
    return {word: i for i, word in enumerate(words)}, "\n".join(lines[: 1 + MERGES]) + "\n"


VOCABULARY, MERGES_TEXT = _read()
EOS = VOCABULARY[END]


def write_tokenizer(folder, pad=END):
    os.makedirs(folder, exist_ok=True)
    special = {"bos_token": START, "eos_token": END, "pad_token": pad, "unk_token": END}
    config = {"model_max_length": 77, "tokenizer_class": "CLIPTokenizer", "do_lower_case": True}
    with open(f"{folder}/vocab.json", "w", encoding="utf8") as file:
        json.dump(VOCABULARY, file, ensure_ascii=False, separators=(",", ":"))
    with open(f"{folder}/merges.txt", "w", encoding="utf8") as file:
        file.write(MERGES_TEXT)
    for name, content in [
        ("special_tokens_map.json", special),
        ("tokenizer_config.json", {**special, **config}),
    ]:
        with open(f"{folder}/{name}", "w") as file:
            json.dump(content, file, indent=1)
