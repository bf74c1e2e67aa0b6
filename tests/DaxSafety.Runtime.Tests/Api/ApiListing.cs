using System.Reflection;
using System.Text;

namespace DaxSafety.Tests.Api;

/// <summary>The public surface of an assembly as text: a line a member, sorted, in a form close to C#.</summary>
internal static class ApiListing
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Of(Assembly assembly)
    {
        StringBuilder text = new();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(Header(type)).Append('\n');
            foreach (string member in type.GetMembers(Declared).SelectMany(Member).Order(StringComparer.Ordinal))
                text.Append("    ").Append(member).Append('\n');
            text.Append('\n');
        }

        return text.ToString();
    }

    private static string Header(Type type)
    {
        string kind = type.IsEnum ? "enum" : type.IsInterface ? "interface"
            : type.IsValueType ? (type.IsByRefLike ? "ref struct" : "struct")
            : type is { IsAbstract: true, IsSealed: true } ? "static class" : type.IsSealed ? "sealed class" : "class";
        IEnumerable<string> bases = type.GetInterfaces().Where(i => i.IsVisible).Select(Name).Order(StringComparer.Ordinal);
        if (type.BaseType is { } b && b != typeof(object) && b != typeof(ValueType) && b != typeof(Enum))
            bases = bases.Prepend(Name(b));
        string list = type.IsEnum ? "" : string.Join(", ", bases);
        return $"{kind} {type.Namespace}.{Name(type)}{(list.Length > 0 ? " : " + list : "")}";
    }

    private static IEnumerable<string> Member(MemberInfo member)
    {
        switch (member)
        {
            case FieldInfo { IsPublic: true, IsSpecialName: false } f:
                string value = f.IsLiteral ? $" = {f.GetRawConstantValue()}" : "";
                yield return f.DeclaringType!.IsEnum ? $"{f.Name}{value}" : $"{(f.IsLiteral ? "const " : f.IsStatic ? "static " : "")}{Name(f.FieldType)} {f.Name}{value}";
                break;
            case ConstructorInfo { IsPublic: true } c:
                yield return $"{Name(c.DeclaringType!)}({Parameters(c)})";
                break;
            case PropertyInfo p when p.GetAccessors().Length > 0:
                yield return $"{Static(p.GetAccessors()[0])}{Name(p.PropertyType)} {p.Name} {{ {string.Join(" ", p.GetAccessors().Select(Accessor))} }}{Attributes(p)}";
                break;
            case MethodInfo { IsPublic: true } m when !m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal):
                string arguments = m.IsGenericMethod ? $"<{string.Join(", ", m.GetGenericArguments().Select(Name))}>" : "";
                yield return $"{Static(m)}{Name(m.ReturnType)} {m.Name}{arguments}({Parameters(m)}){Attributes(m)}";
                break;
        }
    }

    private static string Accessor(MethodInfo accessor)
        => accessor.ReturnType != typeof(void) ? "get;"
            : accessor.ReturnParameter.GetRequiredCustomModifiers().Any(m => m.Name == "IsExternalInit") ? "init;" : "set;";

    private static string Static(MethodInfo method) => method.IsStatic ? "static " : "";

    /// <summary>Our own contracts are part of the surface: the analyzer reads them.</summary>
    private static string Attributes(MemberInfo member)
        => string.Concat(member.GetCustomAttributes().Where(a => a.GetType().Namespace == "DaxSafety").Select(a => $" [{a.GetType().Name[..^9]}]").Order());

    private static string Parameters(MethodBase method)
        => string.Join(", ", method.GetParameters().Select(p =>
            $"{(p.IsDefined(typeof(System.Runtime.CompilerServices.RequiresLocationAttribute), false) ? "ref readonly " : p.IsOut ? "out " : p.IsIn ? "in " : p.ParameterType.IsByRef ? "ref " : "")}"
            + $"{Name(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? $" = {p.DefaultValue ?? "default"}" : "")}"));

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return Name(type.GetElementType()!);
        if (type.IsPointer)
            return Name(type.GetElementType()!) + "*";
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        if (!type.IsGenericType)
            return type.IsNested && !type.IsGenericParameter ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Name;
        string name = type.Name.Split('`')[0];
        return $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
