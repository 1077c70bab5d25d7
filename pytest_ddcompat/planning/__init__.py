"""The fewest environments in which every gated test runs at least once."""
