"""Which colour a phase has, in a terminal and in pictures: that of the web app on paper (`api/web/style.css`).

Each is seen on black too, since nobody knows on what a terminal writes. None says more than the sign or the pattern beside it.
"""

COLOURS = {"HELP": "#b4690e", "FRIENDSHIP": "#0f7a6c", "AMBIGUITY": "#6d4fa8", "UNOBSERVED": "#5a6169", "ENDED": "#6b7177"}
