"""Quality of lots, processes, gauges and machines: the arithmetic of inspection and of control.

Words. A *lot* is what is accepted or not; a *plan* says how many items of it are inspected (`sample size`)
and how many may be nonconforming (`acceptance number`). An *item* is nonconforming, a *nonconformity* is one
of the faults it has. *AQL* is the acceptance quality limit, in per cent nonconforming or nonconformities per
100 items. *Severity* is normal, tightened, reduced or discontinued. A *chart* is a row of points with its
centre line and limits; a *signal* is a pattern of points that chance alone makes rarely. *Capability* is the
width of the specification in spreads of the process, `within` subgroups (Cp, Cpk) or `overall` (Pp, Ppk).
A *gauge study* parts the spread of measurements into the gauge's and the parts'. *OEE* is the share of the
planned time that made good items at the ideal speed.

`aql`, `operating`, `switching`, `variables`, `oee` and `temperature` need nothing but Python; `charts`,
`attributes`, `rules`, `capability` and `gauge` load NumPy when they are used.
"""
