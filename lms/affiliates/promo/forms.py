"""Forms of the promo room."""

from wtforms import StringField

from lms.web.forms import Form, label, required


class UseForm(Form):
    """Tells that an asset was copied, opened or shown."""

    asset = StringField(label("素材", "Asset"), validators=[required()])
    kind = StringField(label("用法", "Use"), validators=[required()])
