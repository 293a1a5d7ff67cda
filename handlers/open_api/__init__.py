"""The JSON API described for programs and for people, made of what the features say of themselves."""

from handlers.open_api.document import Documents
from handlers.open_api.routes import GenerateOpenAPISchema, OpenAPIReference, ReferenceFile
from server.feature import Feature

FEATURE = Feature(
    name="open-api",
    optional=True,
    api=(("/open-api/generate-schema", GenerateOpenAPISchema), ("/reference", OpenAPIReference)),
    site=((r"/reference/([a-z]+\.[a-z]+)", ReferenceFile),),
    make=(Documents,),
)
