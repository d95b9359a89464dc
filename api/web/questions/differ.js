// Where two readings of the same contacts differ: of two lenses, or of two who look.

import { countSaid, fineSaid, rateSaid } from "../numbers.js";
import { Described } from "../parts/described.js";
import { Select, Selects } from "../parts/select.js";
import { Picture } from "../parts/picture.js";
import { Analysed } from "../parts/question.js";
import { Squares } from "../parts/squares.js";
import { Spread } from "../pictures/spread.js";
import { sum } from "../vendor/d3.js";
import { html, useState } from "../vendor/preact.js";
import { say, word } from "../words.js";

const COMPARED = `query Compare($lens: String!, $holder: String, $otherLens: String!, $otherHolder: String) { research { analyses {
  found: compare(lens: $lens, holder: $holder, otherLens: $otherLens, otherHolder: $otherHolder) {
    lens lensVersion holder otherLens otherLensVersion otherHolder withheld relationships phases weeks share kappa
    rows { phase of counts withheld }
    each { relationship weeks share differSince }
  }
} } }`;
const HOLDERS = ["pooled", "gives", "receives", "coordinator", "group", "observer"];

/** Of the lens and another of `choices`, pooled over all who look. */
export function TwoLenses({ lens, own, choices, said, file, fewest }) {
  const [chosen, choose] = useState(null);
  const others = choices.filter((one) => one !== lens);
  if (!others.length) return html`<p>${say("research.one_lens")}</p>`;
  const other = others.includes(chosen) ? chosen : others[0];
  return html`
    <${Selects}><${Select} label=${say("research.other_lens")} value=${other} set=${choose} choices=${others} said=${said} /><//>
    <${Described} lenses=${own} chosen=${other} />
    <${Beside} variables=${{ lens, otherLens: other }} file=${file} fewest=${fewest} />
  `;
}

/** Of two who look, through one lens. */
export function TwoHolders({ lens, file, fewest }) {
  const [[one, other], set] = useState(["gives", "receives"]);
  const named = (holder) => (holder === "pooled" ? null : holder);
  return html`
    <${Selects}>
      <${Select} label=${say("research.holder")} value=${one} set=${(chosen) => set([chosen, chosen === other ? one : other])} choices=${HOLDERS} said=${(holder) => word("holder", holder)} />
      <${Select} label=${say("research.other_holder")} value=${other} set=${(chosen) => set([one, chosen])} choices=${HOLDERS.filter((holder) => holder !== one)} said=${(holder) => word("holder", holder)} />
    <//>
    <${Beside} variables=${{ lens, holder: named(one), otherLens: lens, otherHolder: named(other) }} file=${file} fewest=${fewest} />
  `;
}

function Beside({ variables, file, fewest }) {
  return html`<${Analysed} query=${COMPARED} variables=${variables} few=${say("research.too_few_both", { fewest })}>
    ${(found) => {
      const [one, other] = [readBy(found.lens, found.lensVersion, found.holder), readBy(found.otherLens, found.otherLensVersion, found.otherHolder)];
      const [lens, otherLens] = [`${found.lens}@${found.lensVersion}`, `${found.otherLens}@${found.otherLensVersion}`];
      const named = [file, lens, found.holder, "and", otherLens, found.otherHolder].filter(Boolean).join("-");
      return html`<${Crossed} found=${found} one=${one} other=${other} file=${named} /><${Agreed} found=${found} one=${one} other=${other} file=${`${named}-each`} />`;
    }}
  <//>`;
}

function readBy(lens, version, holder) {
  return say("research.read_by", { lens: `${lens}@${version}`, holder: word("holder", holder ?? "pooled") });
}

function Crossed({ found: { relationships, phases, weeks, share, kappa, rows }, one, other, file }) {
  const above = kappa === null ? say("research.no_kappa") : fineSaid(kappa);
  return html`<${Squares}
    title=${say("research.beside", { one, other })}
    says=${say("research.beside_says", { count: relationships, weeks: countSaid(weeks), share: rateSaid(share), kappa: above })}
    was=${say("research.one_reading")} held=${say("research.beside_held")} rows=${rows.map(({ phase, ...row }) => ({ was: phase, ...row }))}
    phases=${phases} named="phase" file=${file}
  />`;
}

function Agreed({ found: { each }, one, other, file }) {
  const title = say("research.agreed", { one, other });
  const shares = each.filter(({ share }) => share !== null).map(({ share }) => share);
  const table = {
    columns: [say("research.pseudonym"), say("research.weeks"), say("research.share"), say("research.differ_since")],
    rows: each.map(({ relationship, weeks, share, differSince }) => [relationship, weeks, share === null ? "" : rateSaid(share), differSince === null ? say("research.agree_last") : say("research.week", { week: differSince })]),
  };
  const rows = [{ name: say("research.share"), values: shares, mean: sum(shares) / shares.length, most: 1 }];
  return html`<${Picture} title=${title} says=${say("research.agreed_says", { count: each.length })} table=${table} data=${each} file=${file}>
    ${(width, describedBy) => html`<${Spread} rows=${rows} width=${width} label=${title} describedBy=${describedBy} />`}
  <//>`;
}
