class Base:
    name = ""


class Walk(Base):
    name = "walk"


class Run(Base):
    name = "run"


ALL = [Walk(), Run()]


def listing():
    return "Skills:\n" + "\n".join(map(str, ALL))  # want: PFX306
