"""What partners post: texts with their own link, posters with their own code.

Owns: promo_use. Texts come from the camp's story, posters from templates/affiliates/promo/*.typ.
"""
