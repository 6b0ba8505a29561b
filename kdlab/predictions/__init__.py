"""What each lesson asks before it shows: one module for each, with its predictions.

They stand here and not in the notebooks, since what there is to say to a wrong guess tells the
answer. The cell that works out the truth ends with `predict.name.reveal(truth)`.
"""
