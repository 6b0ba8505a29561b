"""A class that can see itself: from many learners' reports one page, for `kdlab class`.

reading    finds reports in a folder and checks them: they come from anyone
counting   what a class answered, with small counts hidden
page       the page, from what was counted
command    `kdlab class`
"""
