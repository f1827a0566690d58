"""Small defects planted in a copy of the code, one at a time: which of them do the tests catch?"""
