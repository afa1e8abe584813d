// The national situation: see pages/situation.py.
