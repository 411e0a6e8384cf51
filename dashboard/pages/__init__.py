"""The pages, each a pure `render`, a `layout` and a `register`."""
