"""Each kind of rows: what is said of a row, shown of it, compared, and asked about."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from podium.data.images import ImageFiles, Images, find_images
from podium.data.modalities import modality_of
from podium.data.modality import FILE, TEXT, Modality, Question
from podium.data.multimodal import Multimodal, MultimodalRows
from podium.data.pixel_arrays import PixelArrays
from podium.data.tables import Arrays, Tables
from podium.data.texts import Texts
from podium.errors import CompetitionError, DataError
from support.makers import seven, smooth_photo

TABLE = pd.DataFrame(
    {
        "age": [3, 4],
        "height": [1.5, np.nan],
        "c": [1, 1],
        "d": [1, 1],
        "e": [1, 1],
        "f": [1, 1],
        "colour": ["red", "blue"],
    }
)
TEXTS = pd.DataFrame({"text": ["it rains", "the sun shines on the hills"], "place": ["", "hill"]})
DIGITS = np.stack([np.full((8, 8, 1), 10), np.full((8, 8, 1), 200)]).astype(np.uint8)
WAVES = np.arange(12.0).reshape(2, 2, 3)


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "photos"
    place.mkdir()
    for number in range(3):
        smooth_photo(number, size=(40, 30 + number)).save(place / f"IMG_{number}.png")
    return place


@pytest.fixture
def photos(folder):
    return ImageFiles(find_images(folder))


@pytest.fixture
def posts(photos):
    """Texts of which each has a photo."""
    return MultimodalRows({"text": TEXTS, "images": photos[:2]})


def test_rows_say_of_which_kind_they_are(photos, posts):
    class Sound(Modality):
        name = "sound"
        feeds = frozenset({"array"})

        def describe(self, X, row):
            return f"sound {row}"

    class Waves(list):
        modality = Sound()

    kinds = [modality_of(X) for X in (TABLE, TEXTS, DIGITS, WAVES, np.arange(3), photos, posts, Waves())]
    assert [type(kind) for kind in kinds] == [
        Tables,
        Texts,
        PixelArrays,
        Arrays,
        Arrays,
        Images,
        Multimodal,
        Sound,
    ]
    assert modality_of(np.zeros((2, 8, 8, 4))).name == "array"


def test_a_new_kind_of_rows_needs_no_more_than_names_and_one_method():
    class Sound(Modality):
        name = "sound"
        feeds = frozenset({"array"})

        def describe(self, X, row):
            return f"sound {row}"

    sound = Sound()
    assert sound.excerpt(WAVES, 0) == ""
    assert sound.preview(WAVES, 0) is None
    assert sound.columns(WAVES) is sound.file_facts(WAVES) is sound.content_vectors(WAVES, [0]) is None
    assert sound.file_names(WAVES) == list(sound.near_copies(WAVES, WAVES)) == []
    assert sound.broken(WAVES) == {}
    assert sound.blank(WAVES, [0]) is sound.isolate(WAVES, None) is WAVES
    assert sound.check_file(None) == (None, "")
    assert sound.has_order(WAVES)
    assert not sound.can_read_questions(WAVES)
    with pytest.raises(CompetitionError, match="a competition of sound rows must declare how to read"):
        sound.read_questions([Question(file="a.wav")], WAVES)


def test_a_question_knows_what_it_was_given():
    assert Question("a text", "a.png").given == [TEXT, FILE]
    assert Question(" ", "").given == []
    assert str(Question("a text", "a.png")) == "a.png a text"
    assert str(Question("a text")) == "a text"


# ---- tables


def test_a_row_of_a_table_is_described_by_its_first_cells_and_read_in_full():
    tables = Tables()
    assert tables.describe(TABLE, 0) == "age 3, height 1.5, c 1, d 1, e 1, f 1"
    assert tables.describe(TABLE[["colour", "age"]], 1) == "blue"
    assert tables.excerpt(TABLE, 1) == "age 4, c 1, d 1, e 1, f 1, colour blue"
    assert tables.preview(TABLE, 0) is None
    assert tables.columns(TABLE) is TABLE
    assert tables.asks == {}


def test_rows_of_equal_cells_are_copies():
    (copies,) = Tables().near_copies(TABLE.iloc[[0, 1, 0]], TABLE.iloc[[1]].assign(colour=" BLUE"))
    assert copies.exact.tolist() == [0, 1, 0, 2]
    assert copies.near.tolist() == [0, 1, 0, 1]
    assert (copies.noun, copies.exactly) == ("rows", "verbatim")
    assert copies.excerpt(1).startswith("4 nan 1")


def test_rows_are_compared_by_their_prose_where_there_is_any():
    """Of a column of prose empty cells are left out: few texts among many gaps are prose still."""
    frame = pd.DataFrame({"n": [1, 2, 3], "story": ["one two three four five six", "", ""]})
    (copies,) = Tables().near_copies(frame, frame.assign(n=[7, 8, 9]))
    assert copies.noun == "texts"
    assert copies.exact.tolist() == [0, 1, 1, 0, 1, 1]


# ---- texts


def test_a_text_is_read_in_full_and_asked_for():
    texts = Texts()
    assert texts.describe(TEXTS, 0) == texts.excerpt(TEXTS, 0) == "it rains"
    assert dict(texts.asks) == {TEXT: "a text"}
    assert texts.feeds == {"text", "table"}
    assert texts.can_read_questions(TEXTS[["text"]])
    rows = texts.read_questions([Question("does it snow?"), Question("no")], TEXTS[["text"]])
    assert rows["text"].tolist() == ["does it snow?", "no"]
    assert rows.dtypes.tolist() == TEXTS[["text"]].dtypes.tolist()


def test_texts_with_further_columns_must_say_how_a_question_is_read():
    assert not Texts().can_read_questions(TEXTS)
    with pytest.raises(CompetitionError, match=r"further columns \['place'\] must declare how to read"):
        Texts().read_questions([Question("no")], TEXTS)


# ---- arrays


def test_of_arrays_the_numbers_are_known():
    arrays = Arrays()
    assert arrays.describe(WAVES, 0) == ""
    assert arrays.columns(WAVES) is None
    assert arrays.columns(np.arange(6).reshape(2, 3)).to_dict("list") == {
        "X[:, 0]": [0, 3],
        "X[:, 1]": [1, 4],
        "X[:, 2]": [2, 5],
    }
    assert arrays.columns(np.arange(3)).shape == (3, 1)
    assert arrays.content_vectors(WAVES, np.array([1])).tolist() == [[6, 7, 8, 9, 10, 11]]
    assert arrays.content_vectors(np.arange(3), np.array([1])) is None
    (copies,) = arrays.near_copies(WAVES[[0, 1, 0]], WAVES[[1]].astype(np.float32))
    assert copies.exact.tolist() == copies.near.tolist() == [0, 1, 0, 1]
    (names,) = arrays.near_copies(np.array(["a", "b"]), np.array(["A"]))
    assert (names.exact.tolist(), names.near.tolist()) == ([0, 1, 2], [0, 1, 0])


def test_pixels_are_shown_and_drawn(tmp_path):
    pixels = PixelArrays()
    assert pixels.is_drawn
    assert dict(pixels.asks) == {FILE: "an image"}
    assert pixels.preview(DIGITS, 1).getpixel((0, 0)) == 200
    assert pixels.preview(np.zeros((1, 4, 6, 3)), 0).mode == "RGB"
    seven().save(tmp_path / "seven.png")
    digits = np.zeros((1, 28, 28, 1), np.uint8)
    assert pixels.can_read_questions(digits)
    row = pixels.read_questions([Question(file=str(tmp_path / "seven.png"))], digits)
    assert (row.shape, row.dtype) == ((1, 28, 28, 1), np.uint8)
    assert pixels.check_file(tmp_path / "seven.png")[0].width <= 160


def test_only_square_grey_pixels_can_be_drawn():
    for shape in ((1, 28, 28, 3), (1, 28, 20, 1)):
        assert not PixelArrays().can_read_questions(np.zeros(shape))
        with pytest.raises(CompetitionError, match="a competition of pixel rows must declare how to read"):
            PixelArrays().read_questions([Question(file="a.png")], np.zeros(shape))


# ---- images


def test_an_image_is_described_by_its_folder_and_name_and_shown(photos):
    images = Images()
    assert images.describe(photos, 1) == "photos/IMG_1.png"
    assert images.file_names(photos[:2]) == ["photos/IMG_0.png", "photos/IMG_1.png"]
    assert images.preview(photos, 1).size == (40, 31)
    assert images.columns(photos) is None
    assert images.has_order(photos)


def test_facts_of_files_are_known_without_their_content_and_of_blank_rows_there_are_none(photos):
    images = Images()
    facts = images.file_facts(photos.blanked([1]))
    assert facts["size"].tolist()[::2] == ["40x30", "40x32"]
    assert facts["aspect"].tolist()[::2] == [40 / 30, 40 / 32]
    assert facts["name"].tolist()[::2] == ["IMG_0", "IMG_2"]
    assert facts["suffix"].tolist()[::2] == [".png", ".png"]
    assert facts.loc[1].isna().all()
    assert images.preview(photos.blanked([1]), 1) is None
    assert images.file_facts(photos.blanked([0, 1, 2])) is None
    assert images.content_vectors(photos, np.array([0, 2])).shape == (2, 8 * 8 * 3)
    assert images.content_vectors(photos.blanked([1]), np.array([0, 1])) is None


def test_a_loader_makes_up_the_order_of_images_in_several_folders(photos, tmp_path):
    (tmp_path / "other").mkdir()
    smooth_photo().save(tmp_path / "other" / "a.png")
    both = ImageFiles([*photos.paths, tmp_path / "other" / "a.png"])
    assert not Images().has_order(both)


def test_copies_of_images_are_those_of_bytes_and_those_of_looks(photos, folder, tmp_path):
    same = tmp_path / "same.png"
    same.write_bytes((folder / "IMG_0.png").read_bytes())
    smooth_photo(1, size=(80, 62)).save(tmp_path / "larger.jpg")
    (copies,) = Images().near_copies(photos, ImageFiles([same, tmp_path / "larger.jpg"]))
    assert copies.exact[0] == copies.exact[3]
    assert len(set(copies.exact.tolist())) == 4
    assert copies.near[0] == copies.near[3]
    assert copies.near[1] == copies.near[4]
    assert len(set(copies.near.tolist())) == 3
    assert (copies.noun, copies.exactly, copies.excerpt(0)) == ("images", "byte for byte", "photos/IMG_0.png")
    (blank,) = Images().near_copies(photos.blanked([0]), ImageFiles([same, same], blank=[1]))
    assert len(set(blank.exact.tolist())) == len(set(blank.near.tolist())) == 5


def test_broken_images_are_named_and_blanked(photos, folder):
    (folder / "IMG_1.png").write_text("no image")
    images = Images()
    broken = images.broken(photos)
    assert list(broken) == [1]
    assert "IMG_1.png must be decoded as an image" in broken[1]
    assert images.broken(images.blank(photos, [1])) == {}
    with pytest.raises(DataError, match=r"IMG_1\.png' must be an image"):
        images.check_file(folder / "IMG_1.png")
    with pytest.raises(DataError, match=r"IMG_1\.png must be decoded"):
        images.preview(photos, 1)


def test_questions_become_images_whose_pixels_stay_in_a_folder_of_their_own(photos, folder, tmp_path):
    images = Images()
    rows = images.read_questions([Question(file=str(folder / "IMG_2.png")), Question()], photos)
    assert rows.known.tolist() == [True, False]
    assert images.can_read_questions(photos)
    own = images.isolate(rows, tmp_path / "own")
    assert own == rows
    Images().content_vectors(own, np.array([0]))
    assert len(list((tmp_path / "own").iterdir())) == 1
    picture, remark = images.check_file(folder / "IMG_2.png")
    assert (picture.size, remark) == ((40, 32), "")


# ---- several parts


def test_rows_of_several_parts_are_told_by_the_first_and_shown_by_whichever_can(posts):
    both = posts.modality
    assert both.describe(posts, 0) == "it rains"
    assert both.excerpt(posts, 1) == "the sun shines on the hills"
    assert both.preview(posts, 1).size == (40, 31)
    assert dict(both.asks) == {TEXT: "a text", FILE: "an image"}
    assert both.feeds == {"multimodal", "text", "table", "image"}
    assert both.has_files
    assert not both.drops_broken
    assert list(both.columns(posts)) == ["text", "place"]
    assert both.file_facts(posts)["name"].tolist() == ["IMG_0", "IMG_1"]
    assert both.file_names(posts) == ["photos/IMG_0.png", "photos/IMG_1.png"]
    assert both.content_vectors(posts, np.array([0])).shape == (1, 192)


def test_columns_of_the_same_name_are_one_and_parts_without_columns_have_none(photos):
    twice = MultimodalRows({"text": TEXTS, "table": TEXTS.assign(n=[1, 2])})
    assert list(twice.modality.columns(twice)) == ["text", "place", "n"]
    assert twice.modality.file_facts(twice) is None
    alone = MultimodalRows({"images": photos})
    assert alone.modality.columns(alone) is None
    assert alone.modality.excerpt(alone, 0) == ""


def test_cells_are_compared_unless_each_row_has_a_file(posts, photos):
    assert [copies.noun for copies in posts.modality.near_copies(posts, posts)] == ["images"]
    some = posts.replaced(images=photos[:2].blanked([0]))
    assert [copies.noun for copies in some.modality.near_copies(some, posts)] == ["rows", "images"]


def test_a_broken_file_is_blanked_and_the_rest_of_its_row_stays(posts, folder):
    (folder / "IMG_0.png").write_text("no image")
    both = posts.modality
    assert list(both.broken(posts)) == [0]
    mended = both.blank(posts, [0])
    assert mended.parts["images"].known.tolist() == [False, True]
    assert mended.parts["text"] is TEXTS
    with pytest.raises(DataError):
        both.check_file(folder / "IMG_0.png")
    assert both.check_file(folder / "IMG_1.png")[0].size == (40, 31)


def test_a_file_is_checked_by_the_part_that_asks_for_it(folder):
    drawn = MultimodalRows({"table": TABLE, "pixels": DIGITS})
    assert drawn.modality.check_file(folder / "IMG_1.png")[0].size == (40, 31)


def test_each_part_is_kept_apart(posts, tmp_path):
    own = posts.modality.isolate(posts, tmp_path / "own")
    own.modality.content_vectors(own, np.array([0]))
    assert len(list((tmp_path / "own").iterdir())) == 1
    assert own.parts["text"] is TEXTS


def test_rows_of_several_parts_must_say_how_a_question_is_read(posts):
    assert not posts.modality.can_read_questions(posts)
    with pytest.raises(CompetitionError, match="a competition of multimodal rows must declare how"):
        posts.modality.read_questions([Question("no")], posts)


def test_a_preview_is_a_picture_of_its_own(photos):
    assert isinstance(Images().preview(photos, 0), Image.Image)
