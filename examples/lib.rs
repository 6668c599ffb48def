//! Examples of actor-runtime: each is a file under `examples/`, or a folder with its own README.
