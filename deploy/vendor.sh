#!/bin/sh
# Makes the programs of others that the web app uses (api/web/vendor) anew out of their npm packages, as ES modules with what is used of
# them. Nobody needs this to use or to develop the platform: what it makes is kept, with its hashes.
set -eu
into=$(cd "$(dirname "$0")/../api/web/vendor" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init -y >npm.log
npm install --no-audit --no-fund --ignore-scripts esbuild@0.28.2 \
    preact@10.29.8 htm@3.1.1 @preact/signals@2.11.4 @preact/signals-core@1.14.5 \
    d3-array@3.2.5 d3-scale@4.0.3 d3-shape@3.2.1 d3-color@3.1.1 d3-format@3.1.3 d3-interpolate@3.0.2 d3-path@3.1.1 \
    d3-time@3.1.1 d3-time-format@4.1.1 internmap@2.0.3 >>npm.log

cat >preact.entry.js <<'JS'
export { render, Fragment, createRef } from "preact";
export { useEffect, useLayoutEffect, useRef, useState, useMemo, useId } from "preact/hooks";
export { html } from "htm/preact";
export { signal, computed, effect, batch, useSignal, useComputed, useSignalEffect } from "@preact/signals";
JS
cat >d3.entry.js <<'JS'
export { scaleLinear, scaleUtc, scaleBand, scalePoint } from "d3-scale";
export { area, line, stack, stackOffsetNone, curveMonotoneX, curveStepAfter, curveBumpX } from "d3-shape";
export { bisector, extent, group, max, rollup, sum } from "d3-array";
JS
for name in preact d3; do
    npx esbuild "$name.entry.js" --bundle --minify --format=esm --target=es2022 --legal-comments=none --log-level=warning --outfile="$into/$name.js"
done
cd "$into"
sha256sum preact.js d3.js >SHA256SUMS
