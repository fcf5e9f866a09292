package httpapi

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/swaggest/jsonschema-go"
	"github.com/swaggest/openapi-go/openapi31"

	"gannet/codec/wire"
)

const schemaPrefix = "#/components/schemas/"

// newReflector returns a reflector that knows the tags and types of this
// package.
func newReflector() *openapi31.Reflector {
	r := openapi31.NewReflector()
	r.DefaultOptions = append(r.DefaultOptions,
		jsonschema.InterceptDefName(func(t reflect.Type, _ string) string { return typeName(t) }),
		jsonschema.InterceptSchema(ownTypes),
		jsonschema.InterceptProp(ownTags),
		jsonschema.InterceptNullability(fewNulls),
		func(rc *jsonschema.ReflectContext) { rc.EnvelopNullability = true },
	)
	return r
}

// addSchema adds a type, and what it is made of, to the document's components.
func addSchema(r *openapi31.Reflector, name string, v any) error {
	components := r.SpecEns().ComponentsEns()
	add := func(name string, s jsonschema.Schema) error {
		m, err := s.ToSchemaOrBool().ToSimpleMap()
		if err == nil {
			components.WithSchemasItem(name, m)
		}
		return err
	}
	var failed error
	s, err := r.Reflect(v, jsonschema.DefinitionsPrefix(schemaPrefix), jsonschema.CollectDefinitions(func(name string, s jsonschema.Schema) {
		if err := add(name, s); err != nil {
			failed = err
		}
	}))
	switch {
	case err != nil:
		return err
	case failed != nil:
		return failed
	}
	return add(name, s)
}

func schemaName(v any) string { return typeName(reflect.TypeOf(v)) }

// typeName is what a type is called in the document.
func typeName(t reflect.Type) string {
	name := strings.TrimSuffix(t.Name(), "View")
	return strings.ToUpper(name[:1]) + name[1:]
}

const (
	idPattern        = `^[A-Za-z0-9._@-]{1,64}$` // of users, groups and devices
	messageIDPattern = `^[0-9]{1,19}$`
)

// ownTypes describes the types whose JSON can't be seen from their kind.
func ownTypes(p jsonschema.InterceptSchemaParams) (stop bool, err error) {
	s := p.Schema
	switch p.Value.Type() {
	case reflect.TypeFor[wire.ID]():
		*s = schemaOf(jsonschema.String, jsonschema.Integer)
		s.WithPattern(idPattern)
	case reflect.TypeFor[messageRef]():
		*s = schemaOf(jsonschema.String, jsonschema.Integer)
		s.WithPattern(messageIDPattern)
	case reflect.TypeFor[messageID]():
		*s = schemaOf(jsonschema.String)
		s.WithPattern(messageIDPattern)
	case reflect.TypeFor[json.RawMessage]():
		*s = schemaOf(jsonschema.String, jsonschema.Number, jsonschema.Boolean, jsonschema.Object, jsonschema.Array, jsonschema.Null)
	case reflect.TypeFor[mentions]():
		*s = jsonschema.Schema{}
		s.WithOneOf(
			(&jsonschema.Schema{}).WithConst("all").ToSchemaOrBool(),
			(&jsonschema.Schema{}).WithType(jsonschema.Array.Type()).WithItems(
				*(&jsonschema.Items{}).WithSchemaOrBool(refTo("ID"))).WithMaxItems(wire.MaxMentions).ToSchemaOrBool(),
		)
	case reflect.TypeFor[nothing]():
		*s = schemaOf(jsonschema.Null)
	default:
		return false, nil
	}
	return true, nil
}

func schemaOf(types ...jsonschema.SimpleType) (s jsonschema.Schema) {
	for _, t := range types {
		s.AddType(t)
	}
	return s
}

func refTo(name string) jsonschema.SchemaOrBool {
	return (&jsonschema.Schema{}).WithRef(schemaPrefix + name).ToSchemaOrBool()
}

// ownTags reads the tag doc, and what omitempty says about whether a field is
// needed.
func ownTags(p jsonschema.InterceptPropParams) error {
	if !p.Processed {
		return nil
	}
	if doc := p.Field.Tag.Get("doc"); doc != "" {
		p.PropertySchema.WithDescription(doc)
	}
	if len(p.PropertySchema.AnyOf) > 0 {
		p.PropertySchema.Type = nil // which would rule out the null of the alternatives
	}
	name, options, _ := strings.Cut(p.Field.Tag.Get("json"), ",")
	if name != "" && !strings.Contains(options, "omitempty") && !slices.Contains(p.ParentSchema.Required, name) {
		p.ParentSchema.Required = append(p.ParentSchema.Required, name)
	}
	return nil
}

// fewNulls takes null away where it is never answered. In a request it stands
// for nothing, which needs no saying.
func fewNulls(p jsonschema.InterceptNullabilityParams) {
	if p.NullAdded && p.Type != reflect.TypeFor[json.RawMessage]() && (p.OmitEmpty || p.Type.Kind() == reflect.Slice) {
		p.Schema.RemoveType(jsonschema.Null)
	}
}
