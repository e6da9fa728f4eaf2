"""The Streamlit side: state of a visitor, background runs, payloads for the canvas, charts and tables."""
