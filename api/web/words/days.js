export const days = {
  "days.span": ["{from} tot {to}", "{from} to {to}"],
  "days.from": ["vanaf {from}", "from {from}"],
  "days.about": ["rond {day}", "about {day}"],
  "days.perhaps": ["misschien {day}", "perhaps {day}"],
  "days.some": ["ergens rond {year}", "some time around {year}"],
  "days.spring": ["voorjaar {year}", "spring {year}"],
  "days.summer": ["zomer {year}", "summer {year}"],
  "days.autumn": ["najaar {year}", "autumn {year}"],
  "days.winter": ["winter {year}", "winter {year}"],
};
