"""How do we know? Cases with a known answer beside what the engine measures."""

import streamlit as st

from engine.validation.report import COMMAND, all_cases, load, tally
from ui import frame, state
from ui.proof import chosen, table
from ui.prose import PROOF

frame.complete()

found = load()
with st.container(width=1100):
    st.header("How do we know?")
    st.markdown(PROOF)
if found is None:
    st.info(f"This copy has no results yet. `{COMMAND}` makes them.")
    st.stop()

passed, total = tally(all_cases(found))
st.markdown(
    f"**{passed} of {total} cases hold.** Made on {found['made']} with Faultline {found['version']} (kernel `{found['kernel']}`, "
    f"Python {found['python']}, {found['platform']}) in {found['seconds']} s; `{COMMAND}` repeats it."
)
left, right = st.columns([3, 2], vertical_alignment="bottom")
words = left.text_input("Filter", placeholder="Erlang, back-off, TTL …", key="proof_filter")
only_failed = right.toggle("Only what does not hold", key="proof_failed")
groups = chosen(found, words, only_failed)
if not groups:
    st.caption("Nothing that does not hold." if only_failed and not words else "No case is called that.")
for group in groups:
    holds, cases = tally(group["cases"])
    st.subheader(group["title"])
    st.caption(f"{holds} of {cases} hold. {group['text']}")
    st.html(table(group, state.is_dark()))
