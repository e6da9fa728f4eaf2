"""Components: what each kind is, its fields with their sources, its limits, how it fails and what it connects to."""

import streamlit as st

from engine.catalogue import catalogue
from engine.components import COMPONENTS
from engine.reference import example, fault_labels, limit_rows, losses, neighbours, place, prose
from ui import frame
from ui.catalogue_tables import shares, table

frame.complete()

entries = catalogue()
kinds = {entry["kind"]: entry for entry in entries["kinds"]}
order = sorted(kinds, key=lambda kind: entries["categories"].index(kinds[kind]["category"]))

with st.container(width=1100):
    st.header("Components")
    kind = st.selectbox("Component", order, format_func=lambda k: f"{kinds[k]['label']} · {kinds[k]['category']}", width=420)
    cls, entry = COMPONENTS[kind], kinds[kind]
    sourced, assumed = shares([entry])
    st.subheader(cls.label)
    st.markdown(prose(cls))
    defaults = "1 default" if sourced == 1 else f"{sourced} defaults"
    st.caption(f"{cls.category} · simulated as a {cls.behaviour} · {defaults} from published documents, {assumed} assumed")
    st.code(example(cls).strip(), language="yaml")
    st.markdown(f"**Where it sits.** {place(cls)}")

    st.subheader("Fields")
    st.table(table(entry["fields"]), hide_index=True, border="horizontal")

    st.subheader("When things fail")
    for what, then in losses(cls):
        st.markdown(f"**Loss of {what}.** {then}")
    st.markdown(f"**Faults of its own.** {', '.join(fault_labels(cls)) or 'None'}.")
    if cls.limits:
        st.subheader("Limits")
        st.table(limit_rows(cls), hide_index=True, border="horizontal")
    if cls.left_out:
        st.markdown(f"**Left out.** {cls.left_out}")

    st.subheader("Connections")
    calls, called, refused, refused_by = neighbours(cls)
    st.markdown(f"**May call** {', '.join(calls) or 'nothing'}.")
    st.markdown(f"**May be called by** {', '.join(called) or 'nobody'}.")
    for lead, reasons in (("Cannot call", refused), ("Cannot be called by", refused_by)):
        for reason, labels in reasons.items():
            st.caption(f"{lead} {', '.join(labels)}: {reason[0].lower()}{reason[1:]}")
