"""The networks that can be compressed. docs/extending.md says how to add one."""

from models.teachers import image_to_image, recycle_gan, vtoonify
from models.teachers.base import TeacherFamily

TEACHERS: dict[str, TeacherFamily] = {
    "recycle_gan": recycle_gan.FAMILY,
    "vtoonify": vtoonify.FAMILY,
    "image_to_image": image_to_image.FAMILY,
}
