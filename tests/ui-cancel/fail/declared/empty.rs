// Caret: the macro. Says: a method is needed, and the shape.
actor_runtime::cancel_safe_methods! {}

fn main() {}
