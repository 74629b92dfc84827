#!/usr/bin/env bash
# Prints the ledger lines of the networks beside this file: one for each network and domain, solved anew. With the lines of
# instances/problems/make.py they make up instances/ledger.tsv.   (needs python3; LIPBENCH names the built tool)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tool=${LIPBENCH:-"$here/../../.build/release/lipbench"}
printf 'file\tkind\tsize\tquestion\tlower\tupper\tknown by\tcommand\n'
for file in "$here"/*.json "$here"/wide/*.json "$here"/../figure4/figure4-*.json; do
  name=${file#"$here"/}
  name=${name%.json}
  case $name in
    ../figure4/*) place=figure4/${name##*/} how="lipbench reproduce figure4" ;;
    *) place=networks/$name how="python instances/networks/train.py $name" ;;
  esac
  for domain in all $([[ $place == figure4/* ]] && echo box:-3:3 || echo box:0:1); do
    "$tool" exact "$file" --domain "$domain" --json --quiet --time-limit 300 2>/dev/null | python3 -c '
import json, sys
r = json.load(sys.stdin)
place, how, domain, sizes = sys.argv[1:]
known = "exact" if r["status"] == "optimal" else "best bounds"
print(f"{place}.json", "network", sizes, domain, repr(r["lower"]), repr(r["upper"]), known, how, sep="\t")
' "$place" "$how" "$domain" "$("$tool" inspect "$file" --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["network"]["architecture"])')"
  done
done
