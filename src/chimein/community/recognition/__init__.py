"""Recognition for outcomes: points, badges, ranks, leagues, rewards, thank-yous, and fairness to helpers."""
