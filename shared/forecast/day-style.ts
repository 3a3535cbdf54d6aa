/** Dark on white and strong colours, so that it can be read on a phone in the sun; levels differ in pattern as well as in colour. */
export const dayStyle = `
:root { color-scheme: light }
* { box-sizing: border-box }
body { margin: 0; background: #fff; color: #000; font: 16px/1.35 system-ui, "Noto Sans", "Noto Sans SC", sans-serif }
main { max-width: 760px; margin: 0 auto; padding: 14px 14px 28px }
h1 { font-size: 22px; line-height: 1.2; margin: 0 0 2px; overflow-wrap: anywhere }
h2 { font-size: 18px; margin: 22px 0 6px }
p { margin: 0 }
.zone { font-size: 15px }
.legend { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; margin: 8px 0 10px; font-size: 14px }
.key { width: 22px; height: 14px; border: 2px solid #000 }
.key.outranked { margin-left: 10px }
.axis { position: relative; height: 22px; font-size: 14px; font-weight: 600; font-variant-numeric: tabular-nums }
.hour { position: absolute; transform: translateX(-50%) }
.hour.first { transform: none }
.hour.last { transform: translateX(-100%) }
.lane { margin: 0 0 12px }
.name { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 8px; overflow-wrap: anywhere }
.level { font-size: 14px }
.track { position: relative; height: 30px; border: 2px solid #000; background: #fff; overflow: hidden }
.track i { position: absolute; top: 0; bottom: 0; width: 1px; background: #767676 }
.track em { position: absolute; top: 0; bottom: 0; width: 4px; margin-left: -2px; background: #e00000; box-shadow: 0 0 0 2px #fff }
.bar { position: absolute; top: 0; bottom: 0; min-width: 3px }
.normal { background: #0047b3 }
.filler { background: repeating-linear-gradient(90deg, #00663a 0 6px, #3d9468 6px 9px) }
.takeover { background: repeating-linear-gradient(45deg, #8a3b00 0 8px, #c25700 8px 13px) }
.emergency { background: repeating-linear-gradient(45deg, #b00000 0 8px, #000 8px 13px) }
.fallback { background: repeating-linear-gradient(0deg, #333 0 4px, #999 4px 7px) }
.outranked { background: repeating-linear-gradient(45deg, #fff 0 5px, #555 5px 7px) }
.nothing { background: #000 }
.times { font-size: 14px; font-variant-numeric: tabular-nums }
ol { list-style: none; margin: 0; padding: 0 }
li { display: flex; gap: 12px; padding: 7px 0 7px 8px; border-top: 1px solid #000; border-left: 6px solid transparent; overflow-wrap: anywhere }
li.now { border-left-color: #e00000; font-weight: 600 }
time { flex: 0 0 52px; font-weight: 700; font-variant-numeric: tabular-nums }
time small { display: block; font-size: 14px; white-space: nowrap }
.tag { color: #fff; padding: 1px 7px; font-size: 14px; font-weight: 600 }
.tag.normal { background: #0047b3 }
.tag.filler { background: #00663a }
.tag.takeover { background: #8a3b00 }
.tag.emergency { background: #b00000 }
.tag.fallback { background: #333 }
.tag.nothing { background: #000 }
.foot { margin-top: 14px; font-size: 14px }
@media print { .track, .bar { print-color-adjust: exact; -webkit-print-color-adjust: exact } }
`
