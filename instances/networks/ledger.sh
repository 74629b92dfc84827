#!/usr/bin/env bash
# Prints the ledger of the networks beside this file: one line for each network and domain, solved anew.
#   instances/networks/ledger.sh > instances/ledger.tsv        (needs python3; LIPBENCH names the built tool)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tool=${LIPBENCH:-"$here/../../.build/release/lipbench"}
printf 'name\tkind\tsizes\tnorm\tdomain\tlower\tupper\tstatus\thow made\n'
for file in "$here"/*.json; do
  name=$(basename "$file" .json)
  for domain in all box:0:1; do
    "$tool" exact "$file" --domain "$domain" --json --quiet --time-limit 300 2>/dev/null | python3 -c '
import json, sys
r = json.load(sys.stdin)
name, domain, sizes = sys.argv[1:]
how = f"python instances/networks/train.py {name}"
print(name, "network", sizes, r["norm"], domain, repr(r["lower"]), repr(r["upper"]), r["status"], how, sep="\t")
' "$name" "$domain" "$("$tool" inspect "$file" --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["network"]["architecture"])')"
  done
done
