"""Step 2: a CLIP-format BPE vocabulary from all concepts, and the concepts to draw.

vocabulary.py EMOJIBASE_DATA_JSON
"""

import collections
import json
import os
import sys

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from data import path

SUBJECTS = os.path.join(os.path.dirname(__file__), "../../packages/demo-model/model/subjects.txt")
GROUPS = {
    0,
    3,
    4,
    5,
    6,
    7,
}  # emojibase: faces, animals and nature, food, travel, activities, objects
DRAWN = {"flat", "3d"}  # styles the model learns to draw; the autoencoder sees all three
START, END = "<|startoftext|>", "<|endoftext|>"
CLIP_WORDS = r"""'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""


def plain(label):
    label = label.lower().replace("-", " ").replace("ñ", "n")
    return "".join(c for c in label if c not in "’'.,():!").strip()


def concepts(meta, emoji):
    by_label = {plain(e["label"]): e for e in emoji}
    styles = collections.defaultdict(set)
    for m in meta:
        styles[m["name"]].add(m["style"])
    names = [
        n
        for n, s in sorted(styles.items())
        if len(s) == 3
        and n in by_label
        and by_label[n].get("group") in GROUPS
        and not any(c in n for c in ("o clock", "oclock", "thirty"))
    ]
    tags = {n: [plain(t) for t in by_label[n].get("tags", [])] for n in names}
    wanted = set(names)
    return {
        "names": names,
        "tags": tags,
        "idx": [i for i, m in enumerate(meta) if m["name"] in wanted],
    }


def main(emojibase):
    meta = json.load(open(path("meta.json")))
    chosen = concepts(meta, json.load(open(emojibase)))
    wanted = set(open(SUBJECTS).read().splitlines())
    names = [n for n in chosen["names"] if n in wanted]
    json.dump(
        {
            "names": names,
            "tags": {n: chosen["tags"][n] for n in names},
            "idx": [
                i for i in chosen["idx"] if meta[i]["name"] in wanted and meta[i]["style"] in DRAWN
            ],
        },
        open(path("concepts.json"), "w"),
    )
    corpus = [t for n in chosen["names"] for t in [n] * 3 + chosen["tags"][n]]
    corpus += [
        "flat style",
        "3d style",
        "classic style",
        "background",
        "white",
        "black",
        "red",
        "blue",
        "green",
        "yellow",
        "pink",
        "purple",
        "orange",
        "gray",
        "a picture of an emoji icon",
    ] * 20
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    bpe = Tokenizer(
        models.BPE(continuing_subword_prefix="", end_of_word_suffix="</w>", unk_token=END)
    )
    bpe.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(CLIP_WORDS), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    bpe.train_from_iterator(
        corpus,
        trainers.BpeTrainer(
            vocab_size=4096,
            initial_alphabet=alphabet,
            end_of_word_suffix="</w>",
            special_tokens=[START, END],
            min_frequency=2,
        ),
    )
    merges = [
        m if isinstance(m, str) else " ".join(m)
        for m in json.loads(bpe.to_str())["model"]["merges"]
    ]
    # CLIP's order: bytes, bytes ending a word, merges, then the two special tokens
    tokens = list(
        dict.fromkeys(
            [*alphabet, *(a + "</w>" for a in alphabet), *(m.replace(" ", "") for m in merges)]
        )
    )
    out = path("tokenizer")
    os.makedirs(out, exist_ok=True)
    json.dump(
        {t: i for i, t in enumerate([*tokens, START, END])},
        open(f"{out}/vocab.json", "w"),
        ensure_ascii=False,
    )
    open(f"{out}/merges.txt", "w").write("#version: 0.2\n" + "\n".join(merges) + "\n")
    special = {"bos_token": START, "eos_token": END, "pad_token": END, "unk_token": END}
    json.dump(special, open(f"{out}/special_tokens_map.json", "w"), indent=1)
    json.dump(
        {
            **special,
            "model_max_length": 77,
            "tokenizer_class": "CLIPTokenizer",
            "do_lower_case": True,
        },
        open(f"{out}/tokenizer_config.json", "w"),
        indent=1,
    )
    print(len(names), "of", len(chosen["names"]), "concepts to draw,", len(tokens) + 2, "tokens")


if __name__ == "__main__":
    main(sys.argv[1])
